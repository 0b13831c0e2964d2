import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from tests.report.logs.made import (
    BEGIN,
    FAILED,
    FIRST,
    NUMBERED_FORMAT,
    REQUESTS,
    SECOND,
    access,
    clean,
    errors,
    numbered,
    outcome_of,
    plain,
    refused,
)
from why502.logs.numbers import WHOLE
from why502.logs.tally import Clients
from why502.observations.failure import FailureId
from why502.observations.want import Why
from why502.report.logs.assemble import MOST_POINTS, assemble, seconds_of, step_of, target_of
from why502.report.parts import Certainty, CheckState, LinkKind, Step, TargetKind, Verdict
from why502.report.schema import schema

VALIDATOR = Draft202012Validator(schema())


def test_counts_are_exact() -> None:
    logs = plain().logs
    assert (logs.requests, logs.failed, logs.rescued) == (REQUESTS, FAILED, 0)
    assert logs.by_status == {"200": REQUESTS - FAILED, "502": FAILED}
    assert sum(logs.by_failure.values()) == FAILED
    assert (logs.clients.seen, logs.clients.hit) == (50, 25)
    assert [each.upstream for each in logs.upstreams] == [FIRST, SECOND]
    first = logs.upstreams[0]
    assert (first.requests, first.failed, first.by_status["502"]) == (REQUESTS // 2, FAILED, FAILED)
    assert [(each.route, each.requests, each.failed) for each in logs.routes] == [("GET /items/*", REQUESTS, FAILED)]


def test_times_are_told_within_a_bucket() -> None:
    seconds = plain().logs.upstreams[1].seconds
    assert seconds is not None
    assert seconds.max == pytest.approx(0.019)
    assert seconds.p50 == pytest.approx(0.009, rel=1 / 16)
    assert seconds.p50 <= seconds.p95 <= seconds.p99 <= seconds.max
    assert seconds_of({}, None) is None


def test_the_timeline_holds_every_request() -> None:
    timeline = plain().logs.timeline
    assert (timeline.start, timeline.step, len(timeline.requests)) == (BEGIN, 60, 60)
    assert sum(timeline.requests) == REQUESTS
    assert [number for number, count in enumerate(timeline.failed) if count] == list(range(30, 36))


@pytest.mark.parametrize("minutes", [1, MOST_POINTS, MOST_POINTS + 1, MOST_POINTS * 400, 230 * 366 * 1440])
def test_a_long_timeline_has_wider_steps(minutes: int) -> None:
    step = step_of(minutes)
    assert step % 60 == 0
    assert minutes * 60 / step <= MOST_POINTS


def test_an_incident_is_proven_by_its_lines_and_its_cause_is_suspected() -> None:
    report = refused()
    (incident,) = report.incidents
    assert report.verdict is Verdict.RECOVERED
    assert (incident.failure.id, incident.failure.count) == (FailureId.CONNECT_REFUSED, FAILED)
    first, second = incident.chain
    assert (first.kind, first.certainty, first.id) == (LinkKind.FAILURE, Certainty.PROVEN, "connect-refused")
    assert (second.kind, second.certainty) == (LinkKind.CAUSE, Certainty.SUSPECTED)
    assert incident.cause.id == second.id
    assert incident.cause.certainty is Certainty.SUSPECTED
    lines = report.cited(incident.failure.evidence)
    assert lines
    assert all(", byte " in each.source for each in lines)
    assert incident.episode.failed == FAILED
    assert incident.episode.by_failure == {"connect-refused": FAILED}


def test_a_failure_that_no_line_names_is_not_proven() -> None:
    (incident,) = plain().incidents
    assert incident.failure.id is FailureId.UNKNOWN
    assert incident.chain[0].certainty is Certainty.SUSPECTED
    assert incident.episode.upstreams == (FIRST,)


def test_lines_are_found_where_they_are_said_to_be(tmp_path: pytest.TempPathFactory) -> None:
    text = "".join(f"{line}\n" for line in access())
    for piece in plain().evidence:
        at = int(piece.source.rpartition(" ")[2])
        assert text[at:].startswith(piece.text)


def test_a_clean_log_is_healthy_and_an_empty_one_tells_nothing() -> None:
    assert clean().verdict is Verdict.HEALTHY
    assert clean().incidents == ()
    empty = assemble(outcome_of([]))
    assert empty.verdict is Verdict.INCONCLUSIVE
    assert empty.logs.timeline.start is None


def test_a_log_that_is_mostly_not_understood_is_not_healthy() -> None:
    good = [line for line in access() if '" 502 ' not in line][:100]
    report = assemble(outcome_of([*good, *(f"some other line {number}" for number in range(101))]))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.summary == "None of 100 requests failed. 101 of 201 lines (50.2 %) could not be read."
    few = assemble(outcome_of([*good, "some other line"]))
    assert few.verdict is Verdict.HEALTHY
    assert few.summary == "None of 100 requests failed."


def test_an_incident_that_the_log_ends_in_is_still_there() -> None:
    lines = access()
    last = next(number for number, line in enumerate(lines) if "09:35:30" in line)
    report = assemble(outcome_of(lines[:last]))
    assert report.incidents[0].episode.ongoing
    assert report.verdict in (Verdict.BAD_GATEWAY, Verdict.INTERMITTENT)


def test_messages_alone_count_but_are_no_requests() -> None:
    report = assemble(outcome_of(errors()))
    assert (report.logs.requests, report.logs.failed) == (0, 0)
    assert report.logs.by_failure == {"connect-refused": FAILED}
    assert sum(report.logs.timeline.failed) == FAILED
    assert report.incidents[0].episode.failed == FAILED


def test_messages_are_joined_and_never_added() -> None:
    joined = outcome_of(numbered(), errors(), log_format=NUMBERED_FORMAT)
    assert joined.tally.joined == FAILED
    logs = assemble(joined).logs
    assert (logs.requests, logs.failed, dict(logs.by_failure)) == (REQUESTS, FAILED, {"connect-refused": FAILED})


def test_what_could_not_be_told_is_said() -> None:
    outcome = outcome_of([*access(), "not a line of it"])
    tally = replace(outcome.tally, level=2, waiting_lost=7, seen=Clients(pairs=frozenset(), below=WHOLE >> 1))
    report = assemble(replace(outcome, tally=tally, stopped=True))
    told = {each.what: each.why for each in report.unexamined}
    assert report.logs.unparsed.lines == 1
    assert report.logs.unparsed.samples == ("not a line of it",)
    assert any("1 line of" in each and told[each] is Why.UNREADABLE for each in told)
    assert any("upstreams of what was served" in each for each in told)
    assert any("7 lines that waited" in each for each in told)
    assert any("by a sample" in each for each in told)
    assert any("interrupted" in each for each in told)
    assert "interrupted" in report.summary


@pytest.mark.parametrize("report", [plain(), refused(), clean()])
def test_every_report_validates(report: object) -> None:
    value = json.loads(report.to_json())  # type: ignore[attr-defined]
    VALIDATOR.validate(value)
    assert value["target"]["kind"] == "logs"
    assert [each["step"] for each in value["checks"]] == [each.value for each in Step]


def test_the_steps_that_logs_cannot_tell_of_are_skipped() -> None:
    states = {each.step: each.state for each in plain().checks}
    assert states.pop(Step.LOGS) is CheckState.FAILED
    assert set(states.values()) == {CheckState.SKIPPED}


def test_a_target_holds_no_secrets_of_a_url() -> None:
    assert plain().target.kind is TargetKind.LOGS
    assert (
        target_of(["https://user:word@host.example/a.log?sig=1", "-"]) == "https://host.example/a.log, standard input"
    )
    assert target_of(list("abcde")) == "a, b, c and 2 more"
