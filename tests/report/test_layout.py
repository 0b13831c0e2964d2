import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.arbitrary import texts
from why502.report.layout import cells, cut, wrap
from why502.report.visible import visible


@pytest.mark.parametrize(("text", "wide"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("", 0)])
def test_width_is_counted_in_cells(text, wide):
    assert cells(text) == wide


@given(texts, st.integers(8, 90))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(raw, width):
    shown = visible(raw)
    lines = wrap(shown, width)
    assert lines
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")


def test_indentation_is_kept():
    assert wrap("    proxy_pass http://app;", 20) == ["    proxy_pass", "    http://app;"]


@given(texts, st.integers(1, 90))
def test_a_cut_text_fits(raw, width):
    assert cells(cut(visible(raw), width)) <= max(width, 2)
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
