"""Elements of a page: nothing from outside becomes one."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from why502.report.markup import Markup, command, el, join, lines, text


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(page)
    parser.close()
    return parser.found


def test_an_element_has_its_attributes_and_content() -> None:
    made = el("p", "a < b", el("b", "c"), class_="x", stroke_width="2")
    assert made == '<p class="x" stroke-width="2">a &lt; b<b>c</b></p>'
    assert isinstance(made, Markup)


def test_markup_is_taken_as_it_is_and_text_is_escaped() -> None:
    assert join("<b>", Markup("<b>")) == "&lt;b&gt;<b>"
    assert text(Markup("&")) == "&"
    assert text("\"'&") == "&quot;&#x27;&amp;"


@given(st.text())
def test_no_text_becomes_an_element_or_leaves_its_attribute(raw: str) -> None:
    page = el("p", raw, *lines(raw), command(raw), title=raw)
    (found,) = elements(page)
    assert found[0] == "p"
    assert set(found[1]) == {"title"}


def test_a_command_is_not_cut_and_lines_stay_lines() -> None:
    long = "x" * 10_000
    assert command(long) == long
    assert len(text(long)) < len(long)
    assert lines("a\nb<\n") == ["a", "b&lt;"]
    assert "\x1b" not in command("\x1b[2J")
