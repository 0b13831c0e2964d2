"""Nothing from outside moves a cursor, turns a line around or becomes markup, wherever it stands."""

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

import why502
from tests.attacks.audit import audited
from tests.attacks.site import Counting, site
from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Upstream
from why502.diagnosis.options import Options
from why502.report.model import Report

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\u2066\u200b\x00\x08"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`&amp;"
LINK = "[click](javascript:alert(1)) ![x](http://evil.example/x.png) | `code` *b* <b>"
HOSTILE = ESCAPES + MARKUP + LINK
FENCE = "\r\n```\r\n````````````\r\n~~~\r\n"
FEED = b"\r\n"
CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ALLOWED_TAGS_ONLY = {"script", "img", "iframe", "object", "embed", "b"}


class Tags(HTMLParser):
    """Gathers what a browser would take for elements and links."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action", "srcdoc"}]


def raw_signs(text: str) -> set[str]:
    return {sign for sign in text if unicodedata.category(sign) in CATEGORIES and sign != "\n"}


def without_code(markdown: str) -> str:
    """What a reader of Markdown (CommonMark) takes for prose: neither fenced blocks nor code spans."""
    prose, fence = [], ""
    for line in markdown.splitlines():
        marks = re.match(r"\s*(`{3,})(.*)", line)
        if fence:
            if marks is not None and len(marks[1]) >= len(fence) and not marks[2].strip():
                fence = ""
        elif marks is not None:
            fence = marks[1]
        else:
            prose.append(re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line))
    assert not fence
    return "\n".join(prose)


def check(report: Report) -> None:
    for text in (
        report.to_text(),
        report.to_text(verbose=True, ascii_only=True),
        report.to_markdown(),
        report.to_html(),
    ):
        assert raw_signs(text) == set()
    as_json = report.to_json()
    assert {sign for sign in as_json if sign != "\n" and not sign.isprintable()} == set()
    page = Tags()
    page.feed(report.to_html())
    assert not page.tags & ALLOWED_TAGS_ONLY
    assert page.handlers == []
    assert not [link for link in page.links if link.startswith(("javascript:", "http://evil"))]
    prose = without_code(report.to_markdown())
    assert not re.search(r"(?<!\\)<(?:script|img|b)\b", prose), prose
    assert not re.search(r"(?<!\\)\]\((?:javascript|http://evil)", prose), prose


def test_an_answer_full_of_escapes() -> None:
    hostile = HOSTILE.replace("\x00", "").encode()
    answer = (
        b"HTTP/1.1 502 " + hostile + FEED + b"Server: nginx/1.22.1" + hostile + FEED + b"X-" + b"A: " + hostile + FEED
        + b"Location: " + hostile + FEED + FEED + b"<center>nginx</center>" + FENCE.encode() + hostile
    )  # fmt: skip
    with Upstream(Counting(answer)) as upstream:
        check(why502.diagnose(f"http://127.0.0.1:{upstream.port}/", Options()))


@pytest.mark.parametrize(
    "answer", [b"garbage " + HOSTILE.encode(), b"HTTP/1.1 200 " + HOSTILE.encode() + b"\r\nBad" + HOSTILE.encode()]
)
def test_an_upstream_that_sends_escapes(open_path: Path, answer: bytes) -> None:
    with site(open_path, answer) as stand:
        check(why502.diagnose(stand.url, Options()))


def test_a_path_and_a_header_of_ours_full_of_markup(open_path: Path) -> None:
    with site(open_path) as stand:
        url = stand.url + "/" + MARKUP.replace(" ", "%20").replace("#", "") + LINK.replace(" ", "+") + "\u202e"
        check(why502.diagnose(url, Options(headers=(("X-Mine", MARKUP),))))


def test_names_in_configuration_logs_and_files(open_path: Path) -> None:
    """Server names, locations, file names and log lines may hold what their author likes."""
    home = open_path / "a\x1b[31m<script>alert(1)<\u202e"
    home.mkdir()
    included = home / "evil\x1b]0;x\x07.conf"
    port, dead = free_port(), free_port()
    included.write_text(
        f'server {{ listen 127.0.0.1:{port}; server_name "<script>alert(1)<\u202e\x1b[2J"; '
        f'location "/<b>\x1b[2J" {{ proxy_pass http://127.0.0.1:{dead}; }} '
        f"location / {{ proxy_pass http://127.0.0.1:{dead}; }} }}"
    )
    plain = open_path / "plain"
    with nginx(program(old=True)[1], plain, f'include "{included}";', port):
        with (plain / "error.log").open("ab") as log:
            log.write(b"2026/11/21 12:00:00 [error] 1#1: *1 " + HOSTILE.encode() + b"\n")
        check(why502.diagnose(f"http://127.0.0.1:{port}/", Options(since=1e7)))
        check(why502.diagnose(f"http://127.0.0.1:{port}/%3Cb%3E%1B[2J", Options(since=1e7)))
        for words in (["gateways"], ["-v", f"http://127.0.0.1:{port}/"], ["-q", f"http://127.0.0.1:{port}/"]):
            told = audited(open_path, *words)
            assert raw_signs(told.out + told.err) == set(), words


@pytest.mark.parametrize(
    "words",
    [
        ("http://a\x1b[2Jb/",),
        (f"http://{MARKUP}/",),
        ("-H", "A\x1b[2J",),
        ("-X", "GE\x1bT", "http://127.0.0.1:1/"),
        ("--since", "\x1b[2J", "http://127.0.0.1:1/"),
        ("--resolve", "\x1b[2J:1:2", "http://127.0.0.1:1/"),
        ("-o", "/nowhere/\x1b[2J", "http://127.0.0.1:1/"),
        ("--no-look", "\x1b[2J\u202e", "--outside", "http://127.0.0.1:1/"),
        ("\x1b[2J",),
        ("--\x1b[2J",),
    ],
)  # fmt: skip
def test_no_complaint_about_a_wrong_word_shows_it_raw(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = audited(tmp_path, *words)
    assert raw_signs(told.out + told.err) == set()
