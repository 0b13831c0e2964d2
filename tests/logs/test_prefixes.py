"""What syslog and others put before a line is found from the first lines, and only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.formats.nginx_combined import EXAMPLES
from why502.logs.plan import Key, Literal, Plan, Role, Seek, Shape, Take
from why502.logs.prefixes import anywhere, found, json_plans, prefixes, unwrapped
from why502.logs.reading import read
from why502.logs.recognition import chosen, known_formats

BODY = b"LINE of the gateway"
LOOKS = rb"LINE "
DATED = {
    "rsyslog": b"2026-11-21T02:45:59.120000+00:00 edge haproxy[26005]: ",
    "journal": b"2026-11-21T02:45:59+0000 edge haproxy[26005]: ",
    "RFC 5424 without pid": b"<134>1 2026-11-21T02:45:59.120000+00:00 edge haproxy - - - ",
    "RFC 5424": b"<134>1 2026-11-21T02:45:59.120000+00:00 edge haproxy 26005 - - ",
    "timed": b"<6>2026-11-21T02:45:59.057296+00:00 ",
    "iso": b"2026-11-21T02:45:59.876359+00:00 ",
    "Kubernetes": b"2026-11-21T02:45:59.876359123Z stdout F ",
}
UNDATED = {
    "none": b"",
    "priority": b"<134>",
    "RFC 3164": b"<134>Nov 21 02:46:22 edge haproxy[26005]: ",
    "HAProxy's own": b"<134>Nov 21 02:46:22 haproxy[26005]: ",
    "file": b"Nov  1 02:46:22 edge haproxy[26005]: ",
    "file without host": b"Nov 21 02:46:22 haproxy[26005]: ",
    "file without pid": b"Nov 21 02:46:22 edge haproxy: ",
    "name alone": b"<134>Nov  1 02:46:22 haproxy: ",
    "precise": b"Nov 21 02:46:22.123456 edge haproxy[26005]: ",
    "journal export": b"MESSAGE=",
    "compose": b"haproxy-1  | ",
}


@pytest.mark.parametrize("before", [*DATED.values(), *UNDATED.values()], ids=[*DATED, *UNDATED])
def test_it_is_read_over(before: bytes) -> None:
    (one,) = prefixes([before + BODY], LOOKS)
    plan = Plan(name="x", steps=(*one.steps, Take(role=Role.METHOD, stop=b" "), Seek(text=b" "), Take(role=Role.TIME)))
    assert read(plan, before + b"LINE 1795287967") is not None


@pytest.mark.parametrize("before", DATED.values(), ids=DATED)
def test_a_full_date_can_be_taken(before: bytes) -> None:
    (one,) = prefixes([before + BODY], LOOKS)
    line = read(Plan(name="x", steps=(*one.dated, Take(role=Role.WORD_A))), before + BODY)
    assert line is not None
    assert (line.at, line.naive, line.words[0]) == (1795229159, False, BODY)


@pytest.mark.parametrize("before", UNDATED.values(), ids=UNDATED)
def test_half_a_date_is_none(before: bytes) -> None:
    (one,) = prefixes([before + BODY], LOOKS)
    assert one.dated == ()


@pytest.mark.parametrize("before", [*DATED.values(), *UNDATED.values()], ids=[*DATED, *UNDATED])
def test_an_object_is_found_behind_it(before: bytes) -> None:
    plan = Plan(name="x", shape=Shape.JSON, keys=(Key(path=("mark",), role=Role.TIME),))
    (made,) = json_plans([before + b'{"mark":1795287967}'], (plan,), b'"mark"')
    assert read(made, before + b'{"mark":1795287967}') is not None


@pytest.mark.parametrize("before", [*DATED.values(), *UNDATED.values()], ids=[*DATED, *UNDATED])
def test_a_format_known_beforehand_is_read_behind_most(before: bytes) -> None:
    plan = Plan(name="x", steps=(Literal(text=b"LINE "), Take(role=Role.TIME)))
    read_by = [each for plan in anywhere([plan]) if (each := read(plan, before + b"LINE 1795287967")) is not None]
    rare = before.endswith(b"| ") or (before.endswith(b": ") and b"[" not in before)
    assert bool(read_by) is not rare
    assert {each.at for each in read_by} <= {1795287967}


def test_other_lines_have_none() -> None:
    assert prefixes([b"something else", b"", b'127.0.0.1 - - [x] "LINE "'], LOOKS) == ()
    assert json_plans([b'{"other":1}'], (Plan(name="x", shape=Shape.JSON),), b'"mark"') == ()


def test_nothing_is_sought_in_a_row() -> None:
    """What is sought could be found in the words of a client."""
    for before in (*DATED.values(), *UNDATED.values()):
        for one in prefixes([before + BODY], LOOKS):
            assert not any(isinstance(step, Seek) for step in (*one.steps, *one.dated))


# ---- for any format ----

LINE = EXAMPLES[0].line
HEADERS = (
    b"Nov 20 14:02:11 web1 nginx: ",
    b"<190>Nov  2 14:02:11 web1 nginx: ",
    b"Nov 20 14:02:11 nginx[17]: ",
    b"2026-11-20T14:02:11.123456+01:00 web1.example nginx[17]: ",
    b"<190>1 2026-11-20T14:02:11.123Z web1 nginx 17 - - ",
    b"<190>1 2026-11-20T14:02:11.123Z web1 nginx - access - ",
    b"2026-11-20T14:02:11.123456789Z stdout F ",
    b"2026-11-20T14:02:11.123456789+01:00 web1.example nginx: ",
    b"MESSAGE=",
    b"nginx-1   | ",
)


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_is_gone_over(header: bytes) -> None:
    lines = [header + each.line for each in EXAMPLES]
    picked = chosen(lines * 3, known_formats())
    assert [form.name for form, _ in picked] == ["nginx-combined"]
    for line, example in zip(lines, EXAMPLES, strict=True):
        got = next(made for plan in picked[0][1] if (made := read(plan, line)) is not None)
        assert (got.status, got.client.decode()) == (example.status, example.client)


@pytest.mark.parametrize("header", HEADERS)
def test_an_object_stands_behind_a_header(header: bytes) -> None:
    taken = unwrapped(header + b'{"t":"2026-11-20T14:02:11Z","status":502}')
    assert taken is not None
    keys = (Key(path=("t",), role=Role.TIME), Key(path=("status",), role=Role.STATUS))
    plan = taken[0].around(Plan(name="x", shape=Shape.JSON, keys=keys))
    got = read(plan, header + taken[1])
    assert got is not None
    assert got.status == 502


def test_another_process_is_the_same_header() -> None:
    lines = [b"Nov 20 14:02:11 web1 nginx[%d]: " % pid + LINE for pid in range(10)]
    assert [len(inner) for _, inner in found(lines)] == [10]


def test_with_and_without_a_header() -> None:
    lines = [LINE, HEADERS[0] + LINE] * 10
    picked = chosen(lines, known_formats())
    assert len(picked) == 1
    assert all(any(read(plan, line) for plan in picked[0][1]) for line in lines)


def test_a_line_that_is_none_has_no_header() -> None:
    assert unwrapped(LINE) is None
    assert unwrapped(b"2026/11/20 14:02:11 [error] 7#7: *1 x") is None


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(line: bytes) -> None:
    taken = unwrapped(line)
    assert taken is None or line.endswith(taken[1])
