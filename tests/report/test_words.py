from datetime import UTC, datetime, timedelta

import pytest

from tests.report.examples import EXAMPLES, T
from why502.report.words import duration, failure_line, moment, span, taken, times


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0004, "0.4 ms"), (0.0112, "11.2 ms"), (0.84, "0.84 s"), (6.0, "6.00 s"), (60.0, "60 s"), (0.0999, "99.9 ms")],
)
def test_durations_keep_the_precision_that_matters(seconds, said):
    assert duration(seconds) == said


def test_a_date_is_said_only_where_it_is_needed():
    yesterday = T - timedelta(days=1)
    assert moment(T, T) == "14:02:11 UTC"
    assert moment(yesterday, T) == "2026-11-19 14:02:11 UTC"
    assert span(T, T, T) == "at 14:02:11 UTC"
    assert span(T - timedelta(minutes=1), T, T) == "from 14:01:11 to 14:02:11 UTC"
    assert span(yesterday, T, T) == "from 2026-11-19 14:02:11 to 14:02:11 UTC"
    assert span(yesterday, yesterday + timedelta(hours=1), T) == "from 2026-11-19 14:02:11 to 15:02:11 UTC"


def test_counts():
    assert [times(count) for count in (1, 2, 3, 4000)] == ["once", "twice", "3 times", "4,000 times"]


def test_what_was_seen_during_the_run_needs_no_time():
    report = EXAMPLES["refused"]
    assert taken(report, report.evidence[1]) == ""
    assert taken(report, report.evidence[3]) == "14:01:58 UTC"


def test_an_unknown_failure_is_said_to_be_so():
    failure = EXAMPLES["inconclusive"].incidents[0].failure
    assert failure_line(failure, datetime(2026, 1, 1, tzinfo=UTC)) == "not known, once"
