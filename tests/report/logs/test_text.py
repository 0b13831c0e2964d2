import pytest
from hypothesis import given

from tests.report.arbitrary import logs_reports, thorough
from tests.report.logs.made import AGENT, FAILED, access, clean, outcome_of, plain, refused
from why502.report.layout import cells
from why502.report.logs.assemble import assemble
from why502.report.logs.model import LogsReport
from why502.report.logs.text import to_line, to_text

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e</script><script>alert(1)</script>`| \x9b31m"


@thorough
@given(logs_reports)
def test_no_bytes_from_outside_move_a_terminal(report: LogsReport) -> None:
    for ascii_only in (False, True):
        text = to_text(report, ascii_only=ascii_only, verbose=True)
        assert text.replace("\n", "").isprintable()
        assert text.isascii() or not ascii_only
    assert to_line(report).isprintable()


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("report", [plain(), refused(), clean()])
def test_lines_keep_to_the_width(report: LogsReport, width: int) -> None:
    # A table of eight columns of numbers needs some room.
    assert all(cells(line) <= max(width, 72) for line in to_text(report, width).splitlines())


def test_what_matters_stands_there() -> None:
    text = to_text(refused())
    for told in (
        "RECOVERED",
        f"{FAILED} of 1,200 requests",
        "Timeline",
        "Incident 1: 2026-11-20 09:30–09:35 UTC",
        "nginx",
    ):
        assert told in text
    assert "application.not-running (suspected)" in text
    assert "connect() failed (111: Connection" in text
    assert "\x1b" not in text
    assert "Upstreams" in to_text(plain())


def test_colour_carries_nothing_alone() -> None:
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", to_text(plain(), colour=True)) == to_text(plain())


def test_a_line_of_a_log_is_shown_escaped() -> None:
    lines = [line.replace(AGENT, EVIL.replace('"', "")) for line in access()]
    report = assemble(outcome_of(lines))
    text = to_text(report, verbose=True)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b]0;owned" in "".join(each.strip().removeprefix("> ") for each in text.splitlines())
