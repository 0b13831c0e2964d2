import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from why502.logs.plan import Blanks, Key, Kind, Literal, Plan, Quote, Role, Seek, Shape, Step, Take, Unit
from why502.logs.reading import (
    DEEPEST,
    FURTHEST_SEEK,
    LONGEST,
    LONGEST_WORD,
    MOST_ATTEMPTS,
    Attempt,
    content,
    read,
    unescaped,
)

TIME = b"1795183331"


def row(*steps: Step, attempts: bool = False) -> Plan:
    return Plan(name="x", steps=(Take(role=Role.TIME, stop=b" "), Literal(text=b" "), *steps), attempts=attempts)


def word(take: Take, line: bytes) -> bytes | None:
    """Take a word; what is behind it is a bar and the rest."""
    found = read(row(take, Literal(text=b"|"), Take(role=Role.NONE)), TIME + b" " + line)
    return None if found is None else found.words[0]


@given(st.binary(max_size=60))
def test_a_value_ends_at_the_first_byte_that_its_step_names(text: bytes) -> None:
    text = text.replace(b"\n", b"").rstrip(b"\r")
    assert word(Take(role=Role.WORD_A, stop=b"|"), text + b"|") == text.partition(b"|")[0]


@pytest.mark.parametrize(
    ("quote", "stop", "line", "value"),
    [
        (Quote.BACKSLASH, b'"', b'a\\"b"|', b'a\\"b'),
        (Quote.BACKSLASH, b'"', b'a\\\\"|', b"a\\\\"),
        (Quote.BACKSLASH, b'"', b'a\\"|', None),
        (Quote.DOUBLED, b'"', b'a""b"|', b'a""b'),
        (Quote.DOUBLED, b'"', b'"|', b""),
        (Quote.LISTED, b" ", b"a |", b"a"),
        (Quote.LISTED, b" ", b" |", b""),
        (Quote.LISTED, b" ", b"a, b |", b"a, b"),
        (Quote.LISTED, b" ", b"a, b : c |", b"a, b : c"),
        (Quote.LISTED, b" ", b"a : b, c |", b"a : b, c"),
        (Quote.LISTED, b" ", b"a :b |", None),
        (Quote.LISTED, b" ", b"a, b", None),
    ],
)
def test_how_what_ends_a_value_stands_inside(quote: Quote, stop: bytes, line: bytes, value: bytes | None) -> None:
    steps = (Take(role=Role.WORD_A, stop=stop, quote=quote), Literal(text=stop + b"|"))
    found = read(row(*steps), TIME + b" " + line)
    assert (None if found is None else found.words[0]) == value


NAMES = st.text("abc0.:[]-/", min_size=1, max_size=6).filter(lambda each: each not in (":", "-"))


@given(st.lists(st.lists(NAMES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_lists_are_read_as_nginx_writes_them(parts: list[list[str]]) -> None:
    text = " : ".join(", ".join(part) for part in parts).encode()
    plan = row(Take(role=Role.UPSTREAM, stop=b" ", quote=Quote.LISTED), Literal(text=b" end"), attempts=True)
    found = read(plan, TIME + b" " + text + b" end")
    assert found is not None
    assert [each.upstream.decode() for each in found.attempts] == [name for part in parts for name in part]


def test_more_servers_than_are_kept() -> None:
    names = [b"a%d" % each for each in range(50)]
    found = read(row(Take(role=Role.UPSTREAM), attempts=True), TIME + b" " + b", ".join(names))
    assert found is not None
    assert [each.upstream for each in found.attempts] == [*names[: MOST_ATTEMPTS - 1], names[-1]]


def test_a_list_that_is_shorter_than_the_servers() -> None:
    plan = row(
        Take(role=Role.UPSTREAM, stop=b"|"),
        Literal(text=b"|"),
        Take(role=Role.UPSTREAM_STATUS, stop=b"|"),
        Literal(text=b"|"),
        Take(role=Role.UPSTREAM_SECONDS, unit=Unit.MILLISECONDS),
        attempts=True,
    )
    found = read(plan, TIME + b" a, b|502|-, 3")
    assert found is not None
    assert found.attempts == (
        Attempt(upstream=b"a", status=b"502", seconds=None),
        Attempt(upstream=b"b", status=b"", seconds=3000),
    )


@pytest.mark.parametrize(
    ("raw", "client"),
    [
        (b"127.0.0.1:4711", b"127.0.0.1"),
        (b"2001:db8::7:4711", b"2001:db8::7"),
        (b"[2001:db8::7]:4711", b"[2001:db8::7]"),
        (b"127.0.0.1", b"127.0.0.1"),
        (b":4711", b""),
        (b"-", b""),
    ],
)
def test_an_address_loses_its_port(raw: bytes, client: bytes) -> None:
    found = read(row(Take(role=Role.CLIENT, port=True)), TIME + b" " + raw)
    assert found is not None
    assert found.client == client


@pytest.mark.parametrize(("raw", "value"), [(b"0.01", b"+"), (b"-", b""), (b"", b""), (b"-1", b""), (b"x", b"+")])
def test_whether_there_is_a_value(raw: bytes, value: bytes) -> None:
    assert word(Take(role=Role.WORD_A, stop=b"|", present=True), raw + b"|") == value


@pytest.mark.parametrize("bad", [b" ", b"\t", b'"'])
def test_a_bare_value_holds_no_blank(bad: bytes) -> None:
    take = Take(role=Role.WORD_A, stop=b"|", bare=True)
    assert word(take, b"ab|" + bad) == b"ab"
    assert word(take, b"a" + bad + b"b|") is None


def test_seeking_is_bounded() -> None:
    plan = Plan(name="x", steps=(Seek(text=b"]: "), Take(role=Role.TIME)))
    assert read(plan, b"x" * FURTHEST_SEEK + b"]: " + TIME) is not None
    assert read(plan, b"x" * (FURTHEST_SEEK + 1) + b"]: " + TIME) is None


def test_blanks() -> None:
    plan = Plan(name="x", steps=(Literal(text=b"a"), Blanks(), Take(role=Role.TIME)))
    assert [read(plan, b"a" + b" " * count + TIME) is not None for count in (0, 1, 9)] == [False, True, True]


def test_the_whole_line_must_fit() -> None:
    plan = Plan(name="x", steps=(Take(role=Role.TIME, stop=b" "), Literal(text=b" end")))
    assert read(plan, TIME + b" end") is not None
    assert read(plan, TIME + b" end ") is None
    assert read(plan, TIME + b" end\r") is not None


@given(st.binary(max_size=9), st.integers(0, 9))
def test_zeros_before_a_line_and_a_return_behind_it_are_none_of_it(line: bytes, zeros: int) -> None:
    line = line.lstrip(b"\0").removesuffix(b"\r")
    assert content(b"\0" * zeros + line + b"\r") == line


def test_a_line_that_is_too_long_is_of_no_plan() -> None:
    plan = row(Take(role=Role.NONE))
    fits = TIME + b" " + b"x" * (LONGEST - len(TIME) - 1)
    assert read(plan, fits) is not None
    assert read(plan, fits + b"x") is None


@pytest.mark.parametrize("line", [b"- 200", b"x 200", TIME + b" 2000", TIME + b" x"])
def test_without_a_time_or_with_a_strange_status_it_is_of_no_plan(line: bytes) -> None:
    assert read(row(Take(role=Role.STATUS)), line) is None


def test_lines_that_are_only_counted_need_no_time() -> None:
    plan = Plan(name="x", kind=Kind.OTHER, steps=(Literal(text=b"#"), Take(role=Role.NONE)), needs=frozenset())
    assert read(plan, b"#Version: 1.0") is not None


def test_words_are_cut() -> None:
    found = read(row(Take(role=Role.WORD_B)), TIME + b" " + b"x" * 500)
    assert found is not None
    assert found.words[1] == b"x" * LONGEST_WORD


# ---- JSON and logfmt ----

KEYS = (
    Key(path=("t",), role=Role.TIME),
    Key(path=("in", "s"), role=Role.STATUS),
    Key(path=("w",), role=Role.WORD_A),
    Key(path=("kind",), equals="req"),
)
JSON = Plan(name="x", shape=Shape.JSON, keys=KEYS)
LEAVES = st.none() | st.booleans() | st.integers(-9, 9999) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    told=st.text(max_size=12),
    others=st.dictionaries(
        st.text(max_size=4).filter(lambda each: each not in ("t", "in", "w", "kind")), VALUES, max_size=4
    ),
    ascii_only=st.booleans(),
    spaces=st.sampled_from([(",", ":"), (", ", ": ")]),
    behind=st.booleans(),
)
@example(told='"}', others={"x": [{"s": 502, "t": 1}]}, ascii_only=False, spaces=(",", ":"), behind=True)
@example(
    told="\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    others={},
    ascii_only=False,
    spaces=(",", ":"),
    behind=True,
)
def test_objects_are_read_as_json_says(
    told: str, others: dict[str, object], ascii_only: bool, spaces: tuple[str, str], behind: bool
) -> None:
    own = {"t": 1795183331, "in": {"s": "502", "x": told}, "w": told, "kind": "request"}
    both = {**own, **others} if behind else {**others, **own}
    line = json.dumps(both, ensure_ascii=ascii_only, separators=spaces).encode("utf-8", "surrogatepass")
    found = read(JSON, line)
    assert found is not None
    assert (found.at, found.status) == (1795183331, 502)
    if all(ord(each) < 0xD800 or 0xE000 <= ord(each) <= 0xFFFF for each in told):  # else halves stay as written
        assert found.words[0] == told.encode()[:LONGEST_WORD]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"t":1795183331,"kind":"req"',
        b'{"t":1795183331,"kind":"req"}}',
        b'{"t":1795183331,"kind":"req"} x',
        b'{"t":1795183331 "kind":"req"}',
        b'{"t":1795183331,"kind":"other"}',
        b'{"t":1795183331}',
        b'{"t":1795183331,"kind":"req",}',
        b'{"t":1795183331,"kind":"req","a":[1,}',
        b'{"t":1795183331,"kind":"req","a":"\\"}',
        b'{"t":1795183331,"kind":"req","a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
    ],
)
def test_what_is_no_such_object(line: bytes) -> None:
    assert read(JSON, line) is None


def test_an_object_behind_its_start() -> None:
    plan = Plan(name="x", shape=Shape.JSON, keys=KEYS, start=b"]: ")
    assert read(plan, b'tag[7]: {"t":1795183331,"kind":"req"}') is not None
    assert read(plan, b'{"t":1795183331,"kind":"req"}') is None


@given(st.binary(max_size=40))
def test_undoing_escapes_never_raises(raw: bytes) -> None:
    assert len(unescaped(raw)) <= len(raw)
    if b"\\" not in raw:
        assert unescaped(raw) == raw


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (rb"a\"b\\c\/d", b'a"b\\c/d'),
        (rb"\n\t\r\b\f", b"\n\t\r\b\f"),
        (rb"\u00e9", "é".encode()),
        (rb"\ud83d\ude00", rb"\ud83d\ude00"),
        (rb"\u12", rb"\u12"),
        (rb"\uzzzz", rb"\uzzzz"),
        (b"\\", b"\\"),
    ],
)
def test_escapes(raw: bytes, plain: bytes) -> None:
    assert unescaped(raw) == plain


LOGFMT = Plan(
    name="x",
    shape=Shape.LOGFMT,
    keys=tuple(Key(path=(each.path[-1],), role=each.role, equals=each.equals) for each in KEYS),
)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"t=1795183331 s=502 kind=request w=a", b"a"),
        (b't=1795183331 s=502 kind=request w="a b=c"', b"a b=c"),
        (b't=1795183331 s=502 kind=request w="a\\" s=200"', b'a\\" s=200'),
        (b"word  t=1795183331\ts=502 alone kind=request w=", b""),
    ],
)
def test_names_and_values(line: bytes, told: bytes) -> None:
    found = read(LOGFMT, line)
    assert found is not None
    assert (found.status, found.words[0]) == (502, told)


@pytest.mark.parametrize("line", [b"t=1795183331", b't=1795183331 kind=request w="', b"t=1795183331 kind=x"])
def test_what_is_no_such_line(line: bytes) -> None:
    assert read(LOGFMT, line) is None
