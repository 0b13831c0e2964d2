import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from tests.report.arbitrary import reports, texts, thorough
from tests.report.examples import EXAMPLES
from why502.report.markdown import code, fenced, prose, to_markdown
from why502.report.visible import visible, visible_lines

READER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
BLOCKS = {
    "heading", "paragraph", "fence", "bullet_list", "ordered_list", "list_item", "table", "thead", "tbody", "tr", "th",
    "td", "inline",
}  # fmt: skip
INLINES = {"text", "text_special", "softbreak", "strong", "code_inline"}


def plain(kind):
    return kind.removesuffix("_open").removesuffix("_close")


def inlines(tokens):
    for token in tokens:
        yield from token.children or ()


@thorough
@given(reports)
def test_nothing_from_outside_becomes_markup(report):
    written = to_markdown(report)
    assert written.replace("\n", "").isprintable()
    tokens = READER.parse(written)
    assert {plain(token.type) for token in tokens} <= BLOCKS
    assert {plain(token.type) for token in inlines(tokens)} <= INLINES
    tables = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in ("td_open", "th_open")]
    assert len(tables) == 7
    assert len(cells) == 21


def shown(tokens):
    return "".join(token.content for token in inlines(tokens))


@given(texts)
def test_prose_reads_as_what_it_shows(raw):
    assert shown(READER.parse(f"Said: {prose(raw)} end")) == f"Said: {visible(raw).strip()} end".replace("  ", "  ")


@given(texts)
def test_prose_at_the_start_of_a_line_stays_prose(raw):
    tokens = READER.parse(prose(raw))
    assert {plain(token.type) for token in tokens} <= {"paragraph", "inline"}
    assert shown(tokens).strip() == visible(raw).strip()


@given(texts)
def test_nothing_ends_a_code_span(raw):
    (inline,) = [token for token in READER.parse(f"Id {code(raw)} end") if token.type == "inline"]
    assert [token.type for token in inline.children] == ["text", "code_inline", "text"]


@given(texts)
def test_nothing_ends_a_fence(raw):
    (token,) = READER.parse("\n".join(fenced(raw, "text")))
    assert token.type == "fence"
    assert token.content.split("\n")[:-1] == [line.rstrip() for line in visible_lines(raw)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_commands_stand_in_fences(name):
    report = EXAMPLES[name]
    fences = [token.content for token in READER.parse(to_markdown(report)) if token.type == "fence"]
    for incident in report.incidents:
        for fix in incident.fixes:
            assert "".join(visible(command) + "\n" for command in fix.commands) in fences
    for gap in report.unexamined:
        assert gap.unlock is None or visible(gap.unlock) + "\n" in fences
