"""Words as nginx reads them: against crossplane, and on anything at all."""

import string
import subprocess
from pathlib import Path

import crossplane
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stands.nginx import program
from why502.gateways.nginx.grammar import Source, as_bytes_are, as_path, readable

SIGNS = "abc$#;{}\"'\\ \t\r\n)(="


def words(text: str) -> list[tuple[str, ...]]:
    source = Source("x", text)
    assert not source.problems, source.problems
    return [source.words(index) for index in range(len(source.starts))]


def says(text: str) -> str:
    (problem,) = Source("x", text).problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b;", [("a", "b")]),
        ("a#b c#d ; # e;\nf;", [("a#b", "c#d"), ("f",)]),
        ("a 'b;{}' \"c d\";", [("a", "b;{}", "c d")]),
        ("a b\"c d'e;", [("a", 'b"c', "d'e")]),
        (r'a "\"b\\" \t \x\.y\;z;', [("a", '"b\\', "\t", "\\x\\.y\\;z")]),
        ("a ${b}c$d $;e;", [("a", "${b}c$d", "$"), ("e",)]),
        ('if ($a = "b") { c; }', [("if", "($a", "=", "b", ")"), ("c",)]),
        ("a{b{c}d;}", None),
        ("a { b; } c # ; \n d;", [("a",), ("b",), ("c", "d")]),
        ("a '' \"\";", [("a", "", "")]),
        ("a b}c;", [("a", "b}c")]),
    ],
)
def test_reads_words(text: str, expected: list[tuple[str, ...]] | None) -> None:
    if expected is None:
        assert Source("x", text).problems
    else:
        assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;\nb c", 'x:2: unexpected end of file, expecting ";" or "}"'),
        ("a {\nb;\n", 'x:3: unexpected end of file, expecting "}"'),
        ("a;\n}", 'x:2: unexpected "}"'),
        ("a\n;;", 'x:2: unexpected ";"'),
        ("a 'b'c;", 'x:1: unexpected "c"'),
        ("a;\nb 'c;\n", "x:2: missing terminating ' character"),
        ("a b }", 'x:1: unexpected "}"'),
        ("{", 'x:1: unexpected "{"'),
        ("a " + "b" * 4096 + ";", "x:1: too long parameter"),
        ("a {" * 101, "x:1: more than 100 blocks within each other"),
    ],
)
def test_says_where_a_fault_is(text: str, expected: str) -> None:
    assert says(text) == expected


def test_keeps_what_stood_before_a_fault() -> None:
    source = Source("x", "a { b c; d { e; } }\nf { g; h } i;")
    assert [source.words(index)[0] for index in range(len(source.starts))] == list("abdefg")
    assert list(source.closes) == [4, 0, 4, 0, 6, 0]


@pytest.mark.parametrize("written", ["a {};", "a {} ;", 'a "{}";', "#{}\n"])
@pytest.mark.parametrize("size", [4093, 4094, 4095, 4096, 9000])
def test_takes_parameters_as_long_as_nginx_does(tmp_path: Path, written: str, size: int) -> None:
    text = written.format("b" * size)
    main = tmp_path / "nginx.conf"
    main.write_text(f"events {{ }}\nhttp {{ server {{ listen unix:{tmp_path}/x; }} }}\n{text}")
    said = subprocess.run(
        [program(old=True)[1], "-t", "-c", str(main), "-e", "stderr", "-g", f"pid {tmp_path}/pid;"],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    assert bool(Source("x", main.read_text()).problems) == ("too long parameter" in said)


def test_steps_over_lua() -> None:
    text = """content_by_lua_block {
        local a = { b = "}" } -- }
        --[[ } ]] c = [=[ } ]=] d = '\\'}'
    } after;"""
    assert words(text) == [("content_by_lua_block",), ("after",)]


@given(st.text(st.sampled_from(SIGNS)) | st.binary().map(lambda data: data.decode("latin-1")))
def test_reads_anything_by_its_offsets(text: str) -> None:
    source = Source("x", text)
    last = 0
    for index in range(len(source.starts)):
        start, end = source.starts[index], source.ends[index]
        assert last <= start < end <= len(text)
        assert text[end - 1] in ";{"
        assert (source.closes[index] > index) == (text[end - 1] == "{")
        placed = source.placed(index)
        assert source.words(index) == tuple(word.value for word in placed)
        between = start
        for word in placed:
            assert _is_nothing(text[between : word.start])
            written = text[word.start : word.end]
            assert word.value == written or written[:1] in "\"'" or "\\" in written
            between = word.end
        assert _is_nothing(text[between : end - 1])
        assert _is_nothing(text[last:start].replace("}", " ")) or "_by_lua_block" in text
        last = end
        assert source.line(start) == text[:start].count("\n") + 1


def _is_nothing(text: str) -> bool:
    return all(not line.strip(" \t\r") or line.lstrip(" \t\r").startswith("#") for line in text.split("\n"))


BARE = st.text(string.ascii_letters + string.digits + "._-/:*~^=$|()[]+?", min_size=1, max_size=12).filter(
    lambda word: word[0] not in "#$"
)
QUOTED = st.text(string.ascii_letters + " ;{}#'.$", max_size=12).map(lambda word: f'"{word}"')
SIMPLE = st.lists(BARE | QUOTED, max_size=4).map(lambda rest: " ".join(["word", *rest]) + ";")
COMMENT = st.text(
    string.printable.replace("\n", "").replace("\r", "").replace("\x0b", "").replace("\x0c", ""), max_size=20
)
STATEMENT = st.recursive(
    SIMPLE | COMMENT.map(lambda text: f"#{text}\n"),
    lambda inner: st.lists(inner, max_size=4).map(lambda body: "block x {\n" + "\n".join(body) + "\n}\n"),
    max_leaves=8,
)


@given(st.lists(STATEMENT, max_size=5).map("\n".join))
def test_reads_words_and_lines_as_crossplane_does(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("grammar") / "x.conf"
    path.write_text(text)
    theirs = []
    for token, line, quoted in crossplane.lex(str(path)):
        if quoted or not token.startswith("#"):
            theirs.append((token, line, quoted))
    source = Source("x", text)
    assert not source.problems
    ours = []
    for index in range(len(source.starts)):
        for word in source.placed(index):
            written = source.text[word.start : word.end]
            ours.append((word.value, source.line(word.end - 1), written[:1] == '"'))
    unsigned = [(token, quoted) for token, _, quoted in theirs if quoted or token not in (";", "{", "}")]
    assert [(value, quoted) for value, _, quoted in ours] == unsigned


def test_tells_bytes_from_text() -> None:
    held = "ä".encode().decode("latin-1")
    assert readable(held) == "ä" == as_path(held)
    assert as_bytes_are("ä") == held
    assert as_path("\xff").encode("utf-8", "surrogateescape") == b"\xff"


def test_reads_the_sample_of_the_distribution() -> None:
    sample = Path("/etc/nginx/nginx.conf")
    if not sample.exists():
        pytest.skip("no nginx.conf of a distribution is installed")
    assert ("http",) in words(sample.read_bytes().decode("latin-1"))
