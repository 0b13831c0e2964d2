import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.arbitrary import reports, thorough
from tests.report.examples import EXAMPLES
from why502.report.layout import cells
from why502.report.text import drawing, summary_line, to_line, to_text
from why502.report.visible import visible, visible_lines

SGR = re.compile(r"\x1b\[[0-9;]+m")


def pasted(report, ascii_only):
    """What may be wider than the terminal: commands and lines of diffs."""
    fixes = [fix for incident in report.incidents for fix in incident.fixes]
    yield from (visible(command, ascii_only) for fix in fixes for command in fix.commands)
    yield from (line.rstrip() for fix in fixes if fix.diff for line in visible_lines(fix.diff, ascii_only))
    yield from (visible(gap.unlock, ascii_only) for gap in report.unexamined if gap.unlock)


@thorough
@given(reports, st.integers(20, 130), st.booleans(), st.booleans())
def test_nothing_acts_on_the_terminal_and_lines_fit(report, width, ascii_only, verbose):
    text = to_text(report, width, ascii_only=ascii_only, verbose=verbose)
    assert text.isascii() or not ascii_only
    free = set(pasted(report, ascii_only))
    for line in text.splitlines():
        assert line.isprintable()
        assert cells(line) <= max(width, 40) or line[7:] in free
    coloured = to_text(report, width, colour=True, ascii_only=ascii_only, verbose=verbose)
    stripped = SGR.sub("", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == [line.rstrip() for line in text.splitlines()]


@thorough
@given(reports, st.integers(40, 130), st.booleans())
def test_one_line_is_one_line(report, width, ascii_only):
    assert to_line(report).isprintable()
    line = summary_line(report, width, ascii_only=ascii_only)
    assert line.isprintable()
    assert cells(line) <= width


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_commands_stand_whole_on_a_line_of_their_own(width):
    lines = to_text(EXAMPLES["outside"], width).splitlines()
    assert "       ssh shop.example.com sudo why502 https://shop.example.com/cart" in lines
    assert "       sudo systemctl start gunicorn.service" in to_text(EXAMPLES["refused"], width).splitlines()


def test_the_verdict_and_the_summary_come_first():
    lines = to_text(EXAMPLES["refused"]).splitlines()
    assert lines[0] == "✗ BAD GATEWAY  http://shop.example.com:8080/cart"
    assert lines[2].strip().startswith("The application gunicorn.service is not running")


def test_the_drawing_shows_where_it_broke():
    assert drawing(EXAMPLES["refused"]).splitlines() == [
        "  you ──▶ nginx 1.22.1 127.0.0.1:8080 ──✗ 127.0.0.1:8000",
        "                                        connect-refused",
    ]
    assert drawing(EXAMPLES["refused"], ascii_only=True).splitlines()[0] == (
        "  you --> nginx 1.22.1 127.0.0.1:8080 --x 127.0.0.1:8000"
    )
    assert drawing(EXAMPLES["inconclusive"]) == ""


def test_a_drawing_too_wide_for_a_line_becomes_a_tree():
    assert drawing(EXAMPLES["refused"], 50).splitlines() == [
        "  you",
        "  └──▶ nginx 1.22.1 127.0.0.1:8080",
        "       └──✗ 127.0.0.1:8000  (connect-refused)",
    ]


def test_certainty_is_said_in_words():
    text = to_text(EXAMPLES["outside"])
    assert "● proven     Cloudflare passed on" in text
    assert "perhaps because" in text
    assert "○ suspected  The quick 502" in text
    assert "application.not-running (suspected)" in text


def test_every_incident_shows_its_chain_and_its_fixes():
    text = to_text(EXAMPLES["two-incidents"])
    assert text.index("Incident 1 of 2") < text.index("Incident 2 of 2")
    assert "sudo systemctl reload php8.2-fpm" in text
    assert "overload.workers-busy" in text


def test_verbose_shows_all_evidence_and_why_causes_were_ruled_out():
    report = EXAMPLES["refused"]
    text = to_text(report, 320, verbose=True)
    for piece in report.evidence:
        for line in piece.text.splitlines():
            assert line in text
    for each in report.incidents[0].excluded:
        assert each.says in text
    assert report.incidents[0].excluded[0].says not in to_text(report, 320)


def test_a_report_of_nothing_is_fit_to_read():
    bare = dataclasses.replace(
        EXAMPLES["inconclusive"], summary="", vantages=(), incidents=(), evidence=(), unexamined=(), checks=()
    )
    assert to_text(bare).splitlines()[0] == "? INCONCLUSIVE  standard input"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("refused", "bad-gateway http://shop.example.com:8080/cart: application.not-running (proven)"),
        ("healthy", "healthy https://shop.example.com/"),
        ("two-incidents", "bad-gateway web1: application.not-running (proven), and 1 more"),
        ("inconclusive", "inconclusive standard input: no cause found"),
    ],
)
def test_the_quiet_form(name, line):
    assert to_line(EXAMPLES[name]) == line


def test_in_a_list_a_long_target_gives_way_to_the_cause():
    assert summary_line(EXAMPLES["outside"], 76) == (
        "✗ bad-gateway  https://shop.example.co…: application.not-running (suspected)"
    )
