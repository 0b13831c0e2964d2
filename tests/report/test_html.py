import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given

from tests.report.arbitrary import reports, thorough
from tests.report.examples import EXAMPLES
from why502.report.html import to_html

TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer", "div", "span", "p", "h1",
    "h2", "h3", "dl", "dt", "dd", "ol", "ul", "li", "code", "pre", "details", "summary", "figure", "figcaption",
    "table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "path", "circle", "text",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "tabindex", "aria-label", "role", "scope", "viewbox",
    "width", "height", "x", "y", "rx", "d", "cx", "cy", "r",
}  # fmt: skip
VOID = {"meta"}


class Reader(HTMLParser):
    """Reads a page as a browser would, and refuses what no page of ours holds."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.told, self.styles = [], [], []

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        assert all((value or "").isprintable() for _, value in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_data(self, data):
        (self.styles if self.open and self.open[-1] == "style" else self.told).append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert all(data.replace("\n", "").isprintable() for data in reader.told)
    return reader


@thorough
@given(reports)
def test_nothing_from_outside_becomes_markup(report):
    page = to_html(report)
    read(page)
    for found in re.finditer("<", page):
        tag = re.compile(r"</?([a-z0-9]+|!doctype)[ >]").match(page, found.start())
        assert tag
        assert tag[1] in TAGS | {"!doctype"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_is_fetched_and_only_its_own_style_is_allowed(name):
    page = to_html(EXAMPLES[name])
    (style,) = read(page).styles
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"<[^>]*\b(src|href|style|on\w+)=", page)


def test_the_page_says_what_the_report_says():
    report = EXAMPLES["two-incidents"]
    told = "".join(read(to_html(report)).told)
    for text in (report.summary, report.target.value, report.unexamined[0].unlock):
        assert text in told
    for incident in report.incidents:
        assert incident.cause.id in told
        for link in incident.chain:
            assert link.says in told
        for fix in incident.fixes:
            assert all(command in told for command in fix.commands)
    for piece in report.evidence:
        assert piece.text.strip() in told
    for check in report.checks:
        assert check.says in told


def test_a_command_is_never_cut():
    long = "printf %s " + "a" * 5000
    page = to_html(EXAMPLES["refused"]).replace("sudo systemctl start gunicorn.service", long)
    assert long in page


def test_the_drawing_is_said_in_words():
    told = "".join(read(to_html(EXAMPLES["refused"])).told)
    assert "you to nginx 1.22.1 127.0.0.1:8080: reached" in told
    assert "127.0.0.1:8000: broken (connect-refused)" in told
