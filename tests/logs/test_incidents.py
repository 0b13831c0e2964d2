import math
import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.incidents import Episode, Incidents, incidents
from why502.logs.numbers import bucket
from why502.logs.patterns import Pattern
from why502.logs.tally import ANY, Cell, Clients, FileTally, Outcome, Sample, Tally, What
from why502.observations.failure import FailureId

REFUSED, TIMEOUT = FailureId.CONNECT_REFUSED, FailureId.RESPONSE_TIMEOUT
CLOSED, RESET, UNKNOWN = FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE, FailureId.UNKNOWN

BASE = 29_913_120
"""A midnight, in minutes since 1970."""

DAY = 1440
UPSTREAMS = ("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80")
ROUTES = ("GET /", "GET /items/*", "POST /cart", "GET /pay")


class Made:
    """A log as its counts."""

    def __init__(self) -> None:
        self.by_minute: Counter[tuple[int, What]] = Counter()
        self.by_upstream: Counter[tuple[str, What]] = Counter()
        self.by_route: Counter[tuple[str, What]] = Counter()
        self.troubles: Counter[Cell] = Counter()
        self.samples: list[Sample] = []
        self.hit: set[tuple[int, int]] = set()
        self.seconds: dict[str, dict[int, int]] = {}

    def serve(self, minutes: Iterable[int], count: int = 300, upstreams: tuple[str, ...] = UPSTREAMS) -> "Made":
        what = What(200, None, Outcome.SERVED)
        for minute in minutes:
            self.by_minute[BASE + minute, what] += count
            for number, upstream in enumerate(upstreams):
                self.by_upstream[upstream, what] += (count + number) // len(upstreams)
            for number, route in enumerate(ROUTES):
                self.by_route[route, what] += (count + number) // len(ROUTES)
        return self

    def fail(
        self,
        minutes: Iterable[int],
        count: int = 40,
        *,
        failure: FailureId | None = REFUSED,
        upstream: str = UPSTREAMS[1],
        routes: tuple[str, ...] = ROUTES,
        status: int = 502,
        outcome: Outcome = Outcome.FAILED,
    ) -> "Made":
        what = What(status, failure, outcome)
        for minute in minutes:
            self.by_minute[BASE + minute, what] += count
            self.by_upstream[upstream, what] += count
            for number in range(count):
                route = routes[number % len(routes)]
                self.by_route[route, what] += 1
                self.troubles[Cell(BASE + minute, upstream, route, *what)] += 1
        return self

    def say(
        self, minutes: Iterable[int], count: int = 40, failure: FailureId = REFUSED, upstream: str = UPSTREAMS[1]
    ) -> "Made":
        return self.fail(
            minutes, count, failure=failure, upstream=upstream, status=0, outcome=Outcome.MESSAGE, routes=("",)
        )

    def sample(self, minute: int, text: str, failure: FailureId | None = REFUSED) -> "Made":
        made = Sample(minute=BASE + minute, failure=failure, file=0, offset=len(self.samples), text=text.encode())
        self.samples.append(made)
        return self

    def tally(self, first: int | None = None, last: int | None = None) -> Tally:
        return Tally(
            files=(FileTally(name="access.log", formats=("made",), first=first, last=last),),
            by_minute=self.by_minute,
            by_upstream=self.by_upstream,
            by_route=self.by_route,
            troubles=self.troubles,
            upstream_seconds=self.seconds,
            upstream_slowest={},
            route_seconds={},
            route_slowest={},
            seen=Clients(pairs=frozenset()),
            hit=Clients(pairs=frozenset(self.hit)),
            samples=tuple(self.samples),
            unparsed=(),
        )

    def found(self, first: int | None = None, last: int | None = None) -> Incidents:
        return incidents(self.tally(first, last))

    def only(self) -> Episode:
        (episode,) = self.found().episodes
        return episode


def at(minute: int) -> int:
    return (BASE + minute) * 60


def times(episode: Episode) -> tuple[int, int]:
    """Return the first and last minute, from the start of the day."""
    assert episode.start % 60 == 0
    assert episode.end % 60 == 59
    return episode.start // 60 - BASE, episode.end // 60 - BASE


def test_an_upstream_that_refuses_for_a_while() -> None:
    made = Made().serve(range(DAY)).fail(range(600, 612))
    made.sample(600, "10.0.0.9:80 refused").sample(605, "10.0.0.2:80 refused").sample(900, "10.0.0.2:80 late")
    made.hit = {(BASE + 600, 1), (BASE + 611, 1), (BASE + 611, 2), (BASE + 900, 3)}
    episode = made.only()
    assert times(episode) == (600, 611)
    assert (episode.requests, episode.failed, episode.rescued, episode.messages) == (12 * 340, 480, 0, 0)
    assert episode.by_failure == {REFUSED: 480}
    assert episode.by_status == {502: 480}
    assert episode.upstreams == (UPSTREAMS[1],)
    assert set(episode.routes) == set(ROUTES)
    assert episode.clients == 2
    assert [each.text for each in episode.samples] == [b"10.0.0.9:80 refused", b"10.0.0.2:80 refused"]
    assert episode.pattern is Pattern.ONE_UPSTREAM
    assert episode.changed == "10.0.0.2:80 began to refuse connections; others served on"
    assert episode.hints[0] == "application.not-running"
    assert not episode.ongoing


def test_a_total_outage_without_one_good_request() -> None:
    made = Made().serve(set(range(DAY)) - set(range(300, 330)))
    for upstream in UPSTREAMS:
        made.fail(range(300, 330), 100, upstream=upstream, failure=TIMEOUT, status=504)
    episode = made.only()
    assert times(episode) == (300, 329)
    assert episode.failed == episode.requests == 9000
    assert episode.pattern is Pattern.ALL_UPSTREAMS
    assert episode.changed == "all 3 upstreams no longer answered in time"


@pytest.mark.parametrize("failure", [RESET, CLOSED, REFUSED])
@pytest.mark.parametrize("count", [10, 20])
def test_a_deploy_is_a_burst_of_one_minute(failure: FailureId, count: int) -> None:
    draw = random.Random(1)
    made = Made().serve(range(7 * DAY))
    for minute in range(7 * DAY):
        if draw.random() < 0.03:
            made.fail([minute], 1, failure=failure, upstream=draw.choice(UPSTREAMS))
    episode = made.fail([5000], count, failure=failure).only()
    assert times(episode) == (5000, 5000)
    assert episode.pattern is Pattern.RESTART
    assert "application.restarted" in episode.hints


def test_two_incidents_that_overlap_stay_two() -> None:
    made = (
        Made()
        .serve(range(DAY))
        .fail(range(600, 640), 60)
        .fail(range(620, 680), 30, failure=TIMEOUT, upstream=UPSTREAMS[2])
    )
    found = made.found().episodes
    assert [(times(each), each.failure, each.upstreams) for each in found] == [
        ((600, 639), REFUSED, (UPSTREAMS[1],)),
        ((620, 679), TIMEOUT, (UPSTREAMS[2],)),
    ]


def test_failures_too_few_for_each_upstream_are_seen_together() -> None:
    made = Made()
    names = tuple(f"10.0.1.{number}:80" for number in range(50))
    made.serve(range(DAY), upstreams=names)
    for number in range(60):
        made.fail([700 + number % 10], 1, upstream=names[number % 50])
    episode = made.only()
    assert times(episode) == (700, 709)
    assert episode.failed == 60
    assert len(episode.upstreams) == 50


def test_cells_that_lost_their_upstream_and_route() -> None:
    made = Made().serve(range(DAY)).fail(range(600, 612), upstream=ANY, routes=(ANY,))
    episode = made.only()
    assert times(episode) == (600, 611)
    assert episode.upstreams == episode.routes == ()


def test_an_incident_that_is_not_over() -> None:
    assert Made().serve(range(600)).fail(range(580, 600)).only().ongoing
    assert not Made().serve(range(620)).fail(range(580, 600)).only().ongoing
    assert Made().serve(range(580)).fail(range(580, 600)).only().ongoing


def test_requests_that_all_fail_from_the_first_to_the_last_line() -> None:
    episode = Made().fail(range(7 * DAY), 20).only()
    assert times(episode) == (0, 7 * DAY - 1)
    assert episode.failed == episode.requests == 7 * DAY * 20
    assert episode.ongoing


def test_an_upstream_that_is_bad_all_the_time() -> None:
    episode = Made().serve(range(DAY), 1000).fail(range(DAY), 12).only()
    assert times(episode) == (0, DAY - 1)
    assert episode.upstreams == (UPSTREAMS[1],)


@pytest.mark.parametrize("failed", [1, 2, 30])
def test_a_log_of_one_minute(failed: int) -> None:
    episode = Made().serve([5], 10).fail([5], failed).only()
    assert times(episode) == (5, 5)
    assert (episode.failed, episode.requests) == (failed, 10 + failed)


def test_the_edges_are_not_beyond_the_log() -> None:
    made = Made().serve([5], 10).fail([5], 5)
    (episode,) = made.found(at(5) + 20, at(5) + 31).episodes
    assert (episode.start, episode.end) == (at(5) + 20, at(5) + 31)


def test_a_log_of_errors_alone() -> None:
    draw = random.Random(2)
    made = Made()
    for minute in range(7 * DAY):
        if draw.random() < 0.05:
            made.say([minute], 1)
    made.say(range(4000, 4020), 12)
    found = made.found()
    (episode,) = found.episodes
    assert times(episode) == (4000, 4019)
    assert (episode.requests, episode.failed) == (0, 0)
    assert episode.messages == sum(episode.by_failure.values()) >= 240
    assert found.background.failed > 400
    assert found.background.share == 0


def test_a_steady_stream_of_errors_is_background() -> None:
    draw = random.Random(3)
    made = Made()
    for minute in range(3 * DAY):
        made.say([minute], draw.choice((2, 3, 3, 4)))
    assert not made.found().episodes
    assert made.found().background.per_minute == pytest.approx(3, rel=0.05)


def test_a_rhythm_of_errors_is_background() -> None:
    for seed in range(5):
        draw = random.Random(seed)
        made = Made()
        for minute in range(7 * DAY):
            chance = 0.4 * (1 - math.cos(2 * math.pi * (minute - 240) / DAY))
            for _ in range((draw.random() < chance) + (draw.random() < chance)):
                made.say([minute], 1, failure=RESET)
        assert not made.found().episodes


def test_a_few_errors_are_one_incident() -> None:
    episode = Made().say([3, 4], 1).only()
    assert times(episode) == (3, 4)
    assert episode.messages == 2
    assert episode.ongoing


def test_messages_are_never_added_to_requests() -> None:
    made = Made().serve(range(DAY)).fail(range(600, 612), failure=UNKNOWN, upstream="", status=502)
    episode = made.say(range(600, 612)).only()
    assert episode.failed == 480
    assert episode.messages == 480
    assert episode.by_failure == {UNKNOWN: 480}
    assert episode.failure is REFUSED, "the error log says what it was"
    assert episode.upstreams == (UPSTREAMS[1],)


def test_requests_that_were_all_rescued_are_no_incident() -> None:
    made = Made().serve(range(DAY)).fail(range(600, 612), outcome=Outcome.RESCUED, status=502).say(range(600, 612))
    assert not made.found().episodes
    episode = made.fail(range(602, 608), 2).only()
    assert times(episode) == (600, 611)
    assert (episode.failed, episode.rescued, episode.messages) == (12, 480, 480)


def test_failed_attempts_name_their_upstream() -> None:
    made = (
        Made()
        .serve(range(DAY))
        .fail(range(600, 612), outcome=Outcome.TRIED)
        .fail(range(600, 612), upstream=UPSTREAMS[0])
    )
    episode = made.only()
    assert episode.failed == 480
    assert set(episode.upstreams) == set(UPSTREAMS[:2])


def test_one_route_that_fails() -> None:
    episode = Made().serve(range(DAY)).fail(range(600, 620), 20, failure=CLOSED, routes=("POST /cart",)).only()
    assert episode.pattern is Pattern.ONE_ROUTE
    assert episode.routes == ("POST /cart",)
    assert episode.changed.endswith("on POST /cart; others served on")
    assert episode.hints[0] == "application.crashes-on-request"


def test_time_outs_at_one_limit() -> None:
    made = Made().serve(range(DAY)).fail(range(600, 620), 20, failure=TIMEOUT, status=504)
    made.seconds[UPSTREAMS[1]] = {bucket(80_000): 90_000, bucket(60_001_000): 400}
    episode = made.only()
    assert episode.pattern is Pattern.TIMEOUT_WALL
    assert episode.limit == 60.0


def test_time_outs_of_a_log_that_knows_the_status_alone() -> None:
    made = Made().serve(range(DAY), upstreams=("",)).fail(range(600, 620), 20, failure=None, status=504, upstream="")
    made.seconds[""] = {bucket(60_001_000): 400}
    episode = made.only()
    assert episode.failure is UNKNOWN
    assert episode.upstreams == ()
    assert episode.hints == ()


def test_bursts_at_every_hour() -> None:
    made = Made().serve(range(DAY)).fail(range(0, DAY, 60), 15, failure=RESET)
    found = made.found().episodes
    assert len(found) == 24
    assert {(each.pattern, each.period) for each in found} == {(Pattern.PERIODIC, 3600)}


def test_single_failures_at_every_hour() -> None:
    made = Made().serve(range(7 * DAY)).fail(range(7, 7 * DAY, 60), 2, failure=RESET)
    background = made.found().background
    assert not made.found().episodes
    assert (background.pattern, background.period, background.phase) == (Pattern.PERIODIC, 3600, 420)


def test_a_race_of_idle_connections_is_a_background_of_its_own() -> None:
    draw = random.Random(4)
    made = Made().serve(range(DAY))
    for minute in range(DAY):
        if draw.random() < 0.1:
            made.fail([minute], 1, failure=RESET, routes=(draw.choice(ROUTES),), upstream=draw.choice(UPSTREAMS))
    found = made.found()
    assert not found.episodes
    assert found.background.pattern is Pattern.KEEPALIVE_RACE
    assert found.background.hints == ("gateway.keepalive-mismatch",)
    assert found.background.share == pytest.approx(0.1 / 300, rel=0.3)
    assert found.background.by_failure == {RESET: found.background.failed}


def test_a_surge_of_requests_is_told() -> None:
    made = Made().serve(range(600), 100).serve(range(600, 630), 900).serve(range(630, 900), 100)
    episode = made.fail(range(600, 630), 100, failure=TIMEOUT, status=504).only()
    assert episode.changed.endswith("; 10.0 times the requests of the hour before")


def test_the_worst_stands_first() -> None:
    made = Made().serve(range(DAY)).fail(range(100, 110), 20).fail(range(500, 510), 90).fail(range(900, 910), 50)
    assert [each.failed for each in made.found().episodes] == [900, 500, 200]


def test_nothing_failed() -> None:
    found = Made().serve(range(DAY)).found()
    assert found.episodes == ()
    assert found.background.failed == 0
    assert Made().found().episodes == ()


def test_a_line_of_1970_and_one_of_2199_take_no_time() -> None:
    made = Made().serve([-BASE, 100_000_000]).serve(range(DAY)).fail(range(600, 612)).fail([-BASE, 100_000_000], 1)
    (episode,) = made.found().episodes
    assert times(episode) == (600, 611)


@pytest.mark.parametrize("night", [0, 2])
def test_a_quiet_night_in_which_one_of_two_requests_fails(night: int) -> None:
    draw = random.Random(6)
    made = Made()
    for minute in range(7 * DAY):
        busy = 480 <= minute % DAY < 1320
        made.serve([minute], 500 if busy else night)
        if draw.random() < (0.2 if busy else 0.004):
            made.fail([minute], 1, upstream=draw.choice(UPSTREAMS), failure=draw.choice((CLOSED, TIMEOUT)))
    assert not made.found().episodes


rows = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from([None, REFUSED, TIMEOUT, UNKNOWN]),
        st.sampled_from(["", ANY, *UPSTREAMS]),
        st.sampled_from([each for each in Outcome if each is not Outcome.SERVED]),
        st.integers(1, 60),
    ),
    max_size=30,
)


@given(rows, st.integers(0, 200))
def test_no_failure_is_lost_and_none_is_counted_twice(
    drawn: list[tuple[int, FailureId | None, str, Outcome, int]], served: int
) -> None:
    made = Made()
    if served:
        made.serve(range(0, 400, 3), served)
    for minute, failure, upstream, outcome, count in drawn:
        made.fail([minute], count, failure=failure, upstream=upstream, outcome=outcome)
    tally = made.tally()
    found = incidents(tally)
    if tally.requests:
        assert sum(each.failed for each in found.episodes) + found.background.failed == tally.failed
    for each in found.episodes:
        assert each.start <= each.end
        assert each.failed <= each.requests
        assert sum(each.by_failure.values()) == (each.failed or each.messages)
        assert sum(each.by_status.values()) == each.failed
    assert incidents(tally) == found, "the same again"
