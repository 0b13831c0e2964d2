import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.arbitrary import texts
from why502.report.visible import bounded, visible, visible_lines


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text, ünïcode, 漢字", "plain text, ünïcode, 漢字"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\x00b\x07c\x7fd\x9be", "a\\x00b\\x07c\\x7fd\\x9be"),
        ("one\ntwo\r\nthree\rfour\tfive", "one⏎two⏎three\\rfour\\tfive"),
        ("\u202egnp.exe\u2066\u2069", "\\u202egnp.exe\\u2066\\u2069"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zero\\u200bwidth\\ufeff\\u2060\\xad"),
        ("nbsp\u00a0wide\u3000line\u2028", "nbsp\\xa0wide\\u3000line\\u2028"),
        ("filler\u3164\u115f\ufe0f", "filler\\u3164\\u115f\\ufe0f"),
        ("undecodable \udcff", "undecodable \\udcff"),
        ("tag \U000e0041", "tag \\U000e0041"),
    ],
)
def test_what_would_act_or_hide_is_shown_as_its_escape(raw, shown):
    assert visible(raw) == shown


def test_ascii_only_escapes_all_else():
    assert visible("ü\n漢", ascii_only=True) == "\\xfc\\n\\u6f22"


@given(st.text() | texts)
def test_what_is_shown_is_printable(raw):
    assert visible(raw).isprintable()
    assert visible(raw, ascii_only=True).isprintable()
    assert visible(raw, ascii_only=True).isascii()
    assert all(line.isprintable() for line in visible_lines(raw))


@given(st.text() | texts)
def test_showing_twice_changes_nothing(raw):
    assert visible(visible(raw)) == visible(raw)


def test_lines_keep_their_indentation():
    assert visible_lines("a {\n\tb;\r\n}\n") == ["a {", "    b;", "}"]


def test_a_long_text_says_what_is_left_out():
    assert bounded("x" * 10, 10) == "x" * 10
    assert bounded("x" * 30, 10) == "x" * 10 + " […] 20 more characters"
