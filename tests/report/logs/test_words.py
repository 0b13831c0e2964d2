from datetime import UTC, datetime

import pytest

from tests.report.logs.made import access, clean, outcome_of, plain, refused
from why502.diagnosis.scanning import LogsOptions, run
from why502.logs.incidents import Background
from why502.logs.patterns import Pattern
from why502.observations.failure import FailureId
from why502.report.logs.words import LOOKS, at, background, met, period, share, span_of, summary_of
from why502.report.words import WORDS


def test_a_summary_is_one_sentence_for_a_manager() -> None:
    assert plain().summary == (
        "60 of 1,200 requests (5.00 %) failed, in 1 incident, 2026-11-20 09:30–09:35 UTC: 10.0.0.1:8080 began to fail; "
        "others served on; 60 requests of 25 clients failed."
    )
    assert "connect" in refused().summary
    assert clean().summary == "None of 1,140 requests failed."


def test_nothing_to_tell_is_said_for_what_it_is(tmp_path: object) -> None:
    assert summary_of(outcome_of([])) == "The logs are empty."
    assert "--log-format says" in summary_of(outcome_of(["no log at all", "this neither"]))
    lines = access()
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_text("\n".join(lines))
        outcome = run([str(path)], LogsOptions(until=0))
    assert summary_of(outcome) == "None of 1,200 lines is of the time that was asked for."


@pytest.mark.parametrize(
    ("part", "of", "told"),
    [(0, 10, "0.00 %"), (1, 10**6, "< 0.01 %"), (1, 200, "0.50 %"), (1, 3, "33.3 %"), (0, 0, "–"), (5, 5, "100.0 %")],
)
def test_a_share_never_looks_like_nothing(part: int, of: int, told: str) -> None:
    assert share(part, of) == told


def test_a_period_names_a_day_where_it_is_needed() -> None:
    start = datetime(2026, 11, 20, 23, 59, 1, tzinfo=UTC)
    assert period(start, start.replace(second=40)) == "2026-11-20 23:59 UTC"
    assert period(start, at(int(start.timestamp()) + 120)) == "2026-11-20 23:59–2026-11-21 00:01 UTC"


@pytest.mark.parametrize(("seconds", "told"), [(60, "1 minute"), (7200, "2 hours"), (86400, "1 day"), (90, "90 s")])
def test_a_span(seconds: int, told: str) -> None:
    assert span_of(seconds) == told


def test_every_pattern_and_failure_has_words() -> None:
    assert set(LOOKS) == set(Pattern)
    assert set(WORDS) == set(FailureId)
    for failure in FailureId:
        assert "{" not in met(failure, None, ("a", "b"))


def test_a_background_is_a_rate() -> None:
    left = Background(failed=600, per_minute=0.42, share=0.001, by_failure={}, period=86400, phase=3 * 3600)
    assert background(left) == "a steady 0.4 a minute (0.10 %), mostly every 1 day at 03:00 UTC"
    assert background(Background(failed=0, per_minute=0, share=0, by_failure={})) == "nothing"


def test_no_time_is_too_far() -> None:
    assert at(10**18).year == 9999
    assert at(-5).year == 1970
