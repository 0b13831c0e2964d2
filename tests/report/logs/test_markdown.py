from hypothesis import given
from markdown_it import MarkdownIt

from tests.report.arbitrary import logs_reports, thorough
from tests.report.logs.made import plain, refused
from why502.report.logs.markdown import to_markdown
from why502.report.logs.model import LogsReport

READER = MarkdownIt("commonmark").enable("table")


@thorough
@given(logs_reports)
def test_nothing_from_outside_becomes_markup(report: LogsReport) -> None:
    for token in READER.parse(to_markdown(report)):
        for inner in (token, *(token.children or ())):
            assert inner.type not in ("html_block", "html_inline", "link_open", "image", "code_block", "hr")


def test_a_ticket_holds_what_matters() -> None:
    text = to_markdown(refused())
    assert text.startswith("# Recovered: ")
    assert "## Incident 1: 2026-11-20 09:30–09:35 UTC" in text
    assert "application.not-running (suspected)" in text
    assert "| 10.0.0.1:8080 | 600 | 60 |" in to_markdown(plain())
