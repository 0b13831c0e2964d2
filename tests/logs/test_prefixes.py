"""What syslog and others put before a line is found from the first lines, and only there."""

import pytest

from why502.logs.plan import Key, Literal, Plan, Role, Seek, Shape, Take
from why502.logs.prefixes import anywhere, json_plans, prefixes
from why502.logs.reading import read

BODY = b"LINE of the gateway"
LOOKS = rb"LINE "
DATED = {
    "rsyslog": b"2026-11-21T02:45:59.120000+00:00 edge haproxy[26005]: ",
    "journal": b"2026-11-21T02:45:59+0000 edge haproxy[26005]: ",
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
    "precise": b"Nov 21 02:46:22.123456 edge haproxy[26005]: ",
    "journal export": b"MESSAGE=",
    "compose": b"haproxy-1  | ",
}


@pytest.mark.parametrize("before", [*DATED.values(), *UNDATED.values()], ids=[*DATED, *UNDATED])
def test_it_is_read_over(before: bytes) -> None:
    (found,) = prefixes([before + BODY], LOOKS)
    plan = Plan(
        name="x", steps=(*found.steps, Take(role=Role.METHOD, stop=b" "), Seek(text=b" "), Take(role=Role.TIME))
    )
    assert read(plan, before + b"LINE 1795287967") is not None


@pytest.mark.parametrize("before", DATED.values(), ids=DATED)
def test_a_full_date_can_be_taken(before: bytes) -> None:
    (found,) = prefixes([before + BODY], LOOKS)
    line = read(Plan(name="x", steps=(*found.dated, Take(role=Role.WORD_A))), before + BODY)
    assert line is not None
    assert (line.at, line.naive, line.words[0]) == (1795229159, False, BODY)


@pytest.mark.parametrize("before", UNDATED.values(), ids=UNDATED)
def test_half_a_date_is_none(before: bytes) -> None:
    (found,) = prefixes([before + BODY], LOOKS)
    assert found.dated == ()


@pytest.mark.parametrize("before", [*DATED.values(), *UNDATED.values()], ids=[*DATED, *UNDATED])
def test_an_object_is_found_behind_it(before: bytes) -> None:
    plan = Plan(name="x", shape=Shape.JSON, keys=(Key(path=("mark",), role=Role.TIME),))
    (made,) = json_plans([before + b'{"mark":1795287967}'], (plan,), b'"mark"')
    assert read(made, before + b'{"mark":1795287967}') is not None


@pytest.mark.parametrize("before", [*DATED.values(), *UNDATED.values()], ids=[*DATED, *UNDATED])
def test_a_format_known_beforehand_is_read_behind_most(before: bytes) -> None:
    plan = Plan(name="x", steps=(Literal(text=b"LINE "), Take(role=Role.TIME)))
    found = [each for plan in anywhere([plan]) if (each := read(plan, before + b"LINE 1795287967")) is not None]
    sought = before.endswith(b"| ") or (before.endswith(b": ") and b"[" not in before)
    assert bool(found) is not sought
    assert {each.at for each in found} <= {1795287967}


def test_other_lines_have_none() -> None:
    assert prefixes([b"something else", b"", b'127.0.0.1 - - [x] "LINE "'], LOOKS) == ()
    assert json_plans([b'{"other":1}'], (Plan(name="x", shape=Shape.JSON),), b'"mark"') == ()


def test_what_is_sought_comes_after_what_is_not() -> None:
    found = prefixes([UNDATED["compose"] + BODY, BODY, UNDATED["priority"] + BODY], LOOKS)
    assert [any(isinstance(step, Seek) for step in each.steps) for each in found] == [False, False, True]
