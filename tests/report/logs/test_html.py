import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

from hypothesis import given

from tests.report.arbitrary import logs_reports, thorough
from tests.report.logs.made import FIRST, plain, refused
from why502.report.logs.html import to_html
from why502.report.logs.model import LogsReport

TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer", "div", "span", "p", "h1",
    "h2", "h3", "dl", "dt", "dd", "ol", "ul", "li", "code", "pre", "details", "summary", "figure", "figcaption",
    "table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "line", "circle", "text",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "tabindex", "aria-label", "role", "scope", "viewbox",
    "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r",
}  # fmt: skip


class Reader(HTMLParser):
    """Reads a page as a browser would, and refuses what no page of ours holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.styles.append(data)
        else:
            assert data.replace("\n", "").isprintable()


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@thorough
@given(logs_reports)
def test_nothing_from_outside_becomes_markup(report: LogsReport) -> None:
    read(to_html(report))


def test_nothing_is_fetched_and_only_its_own_style_is_allowed() -> None:
    page = to_html(plain())
    (style,) = read(page).styles
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "url(" not in style
    assert not re.search(r"<[^>]*\b(src|href|style|on\w+)=", page)
    assert "<script" not in page


def test_the_charts_are_there() -> None:
    page = to_html(plain())
    assert page.count("<svg") == 3
    assert page.count('class="shade"') == 1
    assert FIRST in page
    assert "2026-11-20 09:30–09:35 UTC" in page
    assert "application.not-running" in to_html(refused())
