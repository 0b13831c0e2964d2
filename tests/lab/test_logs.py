import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import logs
from lab.logs import BEGIN, FORMATS, Writer, main, told, world
from tools.score_logs import LEAST, Score, judge, tally_of
from why502.logs.incidents import incidents
from why502.logs.plan import Blanks, Literal, Plan, Role, Seek, Take
from why502.logs.reading import read
from why502.logs.routes import route
from why502.logs.tally import Cell, Clients, Tally, What
from why502.logs.tally import Outcome as Became
from why502.observations.failure import FailureId

COMBINED = re.compile(
    r'(?P<client>[\d.]+) - - \[(?P<at>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d{3}) \d+ "[^"]*" "[^"]*"(?P<more>.*)'
)
UPSTREAM = re.compile(r' rt=[\d.]+ ua="(?P<tried>[\d.:, ]+)" us="(?P<statuses>[\d, ]+)" ut="[\d., -]+" uht="[\d., -]+"')


def written(
    name: str, lines: int = 6000, incidents: int = 6, seed: str = "1", hours: float = 24
) -> tuple[list[str], Writer]:
    made = world(seed, lines, hours, 4, incidents, 1e-3)
    writer = Writer(made, FORMATS[name], 50, 300)
    return "".join(writer.minutes()).splitlines(), writer


def test_a_seed_gives_the_same_lines_again() -> None:
    first, other = (written("nginx-upstream")[0] for _ in range(2))
    assert first == other
    assert first != written("nginx-upstream", seed="2")[0]


@pytest.mark.parametrize("name", ["nginx-upstream", "nginx-combined"])
def test_every_line_of_nginx_is_one_and_the_truth_is_exact(name: str) -> None:
    lines, writer = written(name)
    found = [COMBINED.fullmatch(line) for line in lines]
    statuses = Counter(int(each["status"]) for each in found if each)
    assert None not in found
    assert statuses == writer.truth.by_status
    assert len(lines) == writer.truth.requests == 6000
    truth = told(writer)
    assert truth["failed"] == statuses[502] + statuses[503] + statuses[504] > 0
    assert sum(writer.truth.failed_of_upstream.values()) == truth["failed"]
    times = [datetime.strptime(each["at"], "%d/%b/%Y:%H:%M:%S %z") for each in found if each]
    assert times == sorted(times)
    assert BEGIN <= times[0].timestamp() < times[-1].timestamp() < BEGIN + 86400
    assert times[0].tzinfo is not None
    assert times[0].astimezone(UTC).date().isoformat() == "2026-11-16"


def test_the_upstreams_of_nginx_are_those_of_the_truth() -> None:
    lines, writer = written("nginx-upstream", lines=20_000, incidents=8)
    failed: Counter[str] = Counter()
    rescued = 0
    for line in lines:
        found = UPSTREAM.search(line.rpartition('" rt=')[1] + line.rpartition('" rt=')[2])
        assert found, line
        tried, statuses = found["tried"].split(", "), found["statuses"].split(", ")
        assert len(tried) == len(statuses)
        rescued += len(tried) > 1
        failed[tried[-1]] += statuses[-1] in ("502", "503", "504")
    assert {name: count for name, count in failed.items() if count} == dict(writer.truth.failed_of_upstream)
    assert rescued == writer.truth.rescued > 0


STATUS = {
    "caddy": ("status",),
    "traefik-json": ("DownstreamStatus",),
    "envoy-json": ("response_code",),
    "gcp": ("httpRequest", "status"),
}


@pytest.mark.parametrize("name", STATUS)
def test_every_line_of_json_is_an_object_with_its_status(name: str) -> None:
    lines, writer = written(name)
    statuses: Counter[int] = Counter()
    for line in lines:
        value = json.loads(line)
        for key in STATUS[name]:
            value = value[key]
        statuses[value] += 1
    assert statuses == writer.truth.by_status


def test_lines_of_haproxy_have_their_state() -> None:
    lines, writer = written("haproxy")
    statuses: Counter[int] = Counter()
    for line in lines:
        found = re.search(r" app/s[\d-]+ [\d/-]+ (\d{3}) \d+ - - (\S{4}) ", line)
        assert found, line
        statuses[int(found[1])] += 1
        assert (found[2] == "----") is (int(found[1]) < 502)
    assert statuses == writer.truth.by_status


@pytest.mark.parametrize("name", ["nginx-upstream", "caddy"])
def test_clients_send_text_that_imitates_failures(name: str) -> None:
    lines, _ = written(name, incidents=0)
    served = [line for line in lines if '" 200 ' in line or '"status":200' in line]
    assert any("502 504 upstream timed out" in line for line in served)
    assert any("/502 504 /x" in line for line in served)


def test_the_truth_of_an_incident_is_what_was_written() -> None:
    _, writer = written("nginx-upstream", lines=50_000, incidents=8)
    planted = [each for each in writer.world.planted if each.failed]
    assert {each.kind for each in planted} == {"dead", "burst", "timeouts", "outage", "ramp", "pair"}
    for each in planted:
        assert each.first is not None
        assert each.last is not None
        assert each.start <= each.first <= each.last <= each.end
        assert not each.burst or each.failed <= each.burst


def test_the_day_has_a_rhythm() -> None:
    made = world("1", 100_000, 24, 4, 0, 0.0)
    hours = [sum(made.per_minute[60 * hour : 60 * hour + 60]) for hour in range(24)]
    assert sum(hours) == 100_000
    assert hours[16] > 10 * hours[4]


@given(st.integers(0, 5000), st.floats(0.02, 30), st.integers(1, 20), st.integers(0, 9))
def test_a_world_of_any_size_has_its_requests(lines: int, hours: float, upstreams: int, incidents: int) -> None:
    made = world("any", lines, hours, upstreams, incidents, 0.0)
    assert sum(made.per_minute) == lines
    assert len(made.per_minute) == made.minutes
    assert len(made.planted) == incidents
    assert len(set(made.upstreams)) == upstreams


def test_the_command_writes_the_log_and_its_truth(tmp_path: Path) -> None:
    log, truth = tmp_path / "access.log", tmp_path / "truth.json"
    assert main(["--lines", "900", "--seed", "4", "-o", str(log), "--truth", str(truth), "--hours", "2"]) == 0
    known = json.loads(truth.read_text())
    assert len(log.read_text().splitlines()) == known["requests"] == 900


HAPROXY = Plan(
    name="haproxy",
    steps=(
        Seek(text=b"]: "),
        Take(role=Role.CLIENT, stop=b":"),
        Seek(text=b" ["),
        Take(role=Role.TIME, stop=b"]"),
        Seek(text=b" fe "),
        Take(role=Role.UPSTREAM, stop=b" "),
        Blanks(),
        Take(role=Role.NONE, stop=b" "),
        Blanks(),
        Take(role=Role.STATUS, stop=b" "),
        Seek(text=b" - - "),
        Take(role=Role.WORD_A, stop=b" "),
        Seek(text=b' "'),
        Take(role=Role.REQUEST, stop=b'"'),
        Literal(text=b'"'),
    ),
)
STATES = {
    b"SC--": FailureId.CONNECT_REFUSED,
    b"SH--": FailureId.CLOSED_BEFORE_RESPONSE,
    b"sH--": FailureId.RESPONSE_TIMEOUT,
}


def tallied(lines: list[str]) -> Tally:
    """Count lines one by one, as a scan does."""
    by_minute: Counter[tuple[int, What]] = Counter()
    by_upstream: Counter[tuple[str, What]] = Counter()
    by_route: Counter[tuple[str, What]] = Counter()
    troubles: Counter[Cell] = Counter()
    for text in lines:
        line = read(HAPROXY, text.encode())
        assert line is not None, text
        failure = STATES.get(line.words[0])
        what = What(line.status, failure, Became.FAILED if failure else Became.SERVED)
        upstream, name = line.attempts[0].upstream.decode(), route(line.method, line.target).decode()
        by_minute[line.at // 60, what] += 1
        by_upstream[upstream, what] += 1
        by_route[name, what] += 1
        if failure:
            troubles[Cell(line.at // 60, upstream, name, *what)] += 1
    empty = Clients(pairs=frozenset())
    return Tally(
        files=(),
        by_minute=by_minute,
        by_upstream=by_upstream,
        by_route=by_route,
        troubles=troubles,
        upstream_seconds={},
        upstream_slowest={},
        route_seconds={},
        route_slowest={},
        seen=empty,
        hit=empty,
        samples=(),
        unparsed=(),
    )


def test_what_was_planted_in_the_text_is_found_in_the_text() -> None:
    lines, writer = written("haproxy", lines=60_000, incidents=6, seed="7")
    tally = tallied(lines)
    assert tally.requests == 60_000
    assert tally.failed == told(writer)["failed"]
    found = incidents(tally)
    planted = [each for each in writer.world.planted if each.failed >= LEAST]
    assert len(planted) >= 4
    for each in planted:
        assert each.first is not None
        assert each.last is not None
        failure = logs.CLOSED if each.failure == logs.RESET else each.failure
        near = [
            episode
            for episode in found.episodes
            if abs(episode.start - each.first // 60 * 60) <= 60
            and abs(episode.end - (each.last // 60 * 60 + 59)) <= 60
            and episode.failure.value == failure
        ]
        assert len(near) == 1, each
        assert len(near[0].upstreams) == len(each.upstreams)
        assert abs(near[0].failed - each.failed) <= 5
    assert len(found.episodes) == len(planted)
    assert sum(each.failed for each in found.episodes) + found.background.failed == tally.failed


def test_incidents_are_found_within_a_minute_and_clean_weeks_have_none() -> None:
    busy, clean = Score(), Score()
    for lines, upstreams in ((100_000, 3), (1_000_000, 6)):
        for noise in (0.0, 1e-4, 1e-3):
            made = world(f"t{lines}/{noise}", 2 * lines, 48, upstreams, 12, noise)
            judge(made, tally_of(made), busy)
            made = world(f"t{lines}/{noise}", 7 * lines, 168, upstreams, 0, noise)
            judge(made, tally_of(made), clean)
    assert busy.planted >= 60
    assert busy.found >= 0.95 * busy.planted, busy.missed
    assert busy.within >= 0.95 * busy.found, busy.missed
    assert busy.false == clean.false == clean.planted == 0


def test_a_missed_incident_is_counted_as_missed() -> None:
    made = world("1", 100_000, 24, 3, 4, 0.0)
    tally, score = tally_of(made), Score()
    for each in made.planted:
        each.failure = logs.NO_LIVE
    judge(made, tally, score)
    assert score.planted > 0
    assert score.found == 0
    assert score.false >= score.planted
