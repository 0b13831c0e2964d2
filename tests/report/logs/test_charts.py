import re
from dataclasses import replace

from hypothesis import given

from tests.report.arbitrary import logs_reports, thorough
from tests.report.logs.made import plain
from why502.report.logs.charts import LEFT, RIGHT, WIDE, failed_shares, response_times, timeline
from why502.report.logs.model import LogsReport
from why502.report.logs.parts import TimelineShown


def numbers(drawn: str, name: str) -> list[float]:
    return [float(each) for each in re.findall(rf' {name}="([^"]*)"', drawn)]


def test_bars_stand_where_the_failures_were() -> None:
    report = plain()
    drawn = timeline(report.logs.timeline, [each.episode for each in report.incidents], messages=False)
    failures = [each for each in re.findall(r"<rect[^>]*>", drawn) if 'class="failures"' in each]
    assert len(failures) == 6
    room = WIDE - LEFT - RIGHT
    assert [round((numbers(each, "x")[0] - LEFT) / room * 60) for each in failures] == list(range(30, 36))
    assert "2026-11-20 09:30 UTC: 10 failed" in drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert timeline(TimelineShown(start=None, step=60, requests=(), failed=()), [], messages=False) == ""
    assert failed_shares([replace(each, failed=0) for each in plain().logs.upstreams]) == ""
    assert response_times([replace(each, seconds=None) for each in plain().logs.upstreams]) == ""


@thorough
@given(logs_reports)
def test_any_counts_are_drawn_within_the_picture(report: LogsReport) -> None:
    logs = report.logs
    sound = [replace(each, failed=min(each.failed, each.requests), rescued=0) for each in logs.upstreams]
    for drawn in (timeline(logs.timeline, [], messages=False), failed_shares(sound), response_times(logs.upstreams)):
        for name in ("x", "x1", "x2", "cx"):
            assert all(0 <= each <= WIDE for each in numbers(drawn, name))
        assert all(each >= 0 for each in numbers(drawn, "width"))
