import json

import pytest
from hypothesis import given

from tests.report.arbitrary import logs_reports, thorough
from tests.report.logs.made import plain, refused
from why502.report.codec import NotAReportError
from why502.report.logs.model import LogsReport, from_json


@pytest.mark.parametrize("report", [plain(), refused()])
def test_what_is_written_is_read_again(report: LogsReport) -> None:
    again = from_json(json.loads(report.to_json()))
    assert again.to_json() == report.to_json()
    assert again.incidents[0].episode == report.incidents[0].episode


@thorough
@given(logs_reports)
def test_any_report_is_written_as_ascii_and_read_again(report: LogsReport) -> None:
    text = report.to_json()
    assert text.isascii()
    assert from_json(json.loads(text)).to_json() == text


@pytest.mark.parametrize("value", [None, {}, {"schema": "why502/report/1"}])
def test_what_is_no_report_is_refused(value: object) -> None:
    with pytest.raises(NotAReportError):
        from_json(value)


def test_every_way_to_write_it_is_at_hand() -> None:
    report = plain()
    assert report.to_text().startswith("! RECOVERED")
    assert report.to_html().startswith("<!doctype html>")
    assert report.to_markdown().startswith("# Recovered")
