"""Bytes that a client chooses may make a line unreadable, never move a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.client_text import can_hold, moved_by, settled
from why502.logs.plan import Literal, Plan, Quote, Role, Step, Take
from why502.logs.reading import read

TIME = Take(role=Role.TIME, stop=b" ", bare=True)
STATUS = Take(role=Role.STATUS, stop=b" ", bare=True)
END = Take(role=Role.WORD_A, bare=True)
SPACE = Literal(text=b" ")
QUOTED = Take(role=Role.NONE, stop=b'"')
RAW = Take(role=Role.PATH, stop=b" ")

SAFE: tuple[tuple[Step, ...], ...] = (
    (TIME, SPACE, RAW, SPACE, STATUS, SPACE, END),
    (TIME, Literal(text=b' "'), Take(role=Role.PATH, stop=b'"'), Literal(text=b'" '), STATUS, SPACE, END),
    (TIME, SPACE, RAW, SPACE, STATUS, Literal(text=b' "'), QUOTED, Literal(text=b'" '), END),
)
UNSAFE: tuple[tuple[Step, ...], ...] = (
    (TIME, SPACE, RAW, SPACE, Take(role=Role.NONE, stop=b"|"), Literal(text=b"|"), END),
    (TIME, SPACE, RAW, Literal(text=b" {"), Take(role=Role.NONE, stop=b"}"), Literal(text=b"} "), END),
)


@pytest.mark.parametrize("steps", SAFE)
def test_what_cannot_move_is_found_safe(steps: tuple[Step, ...]) -> None:
    assert moved_by(steps, 2) is None


@pytest.mark.parametrize("steps", UNSAFE)
def test_what_could_take_the_surplus_is_found(steps: tuple[Step, ...]) -> None:
    assert moved_by(steps, 2) is steps[4]


def test_a_value_that_escapes_its_end_moves_nothing() -> None:
    escaped = Take(role=Role.PATH, stop=b'"', quote=Quote.BACKSLASH)
    steps = (TIME, Literal(text=b' "'), escaped, Literal(text=b'" '), Take(role=Role.NONE))
    assert moved_by(steps, 2) is None


def test_bare_values_hold_neither_blanks_nor_quotes() -> None:
    assert not can_hold(STATUS, b'"')
    assert can_hold(STATUS, b"}")
    assert not can_hold(QUOTED, b'"')
    assert can_hold(Take(role=Role.NONE, stop=b'"', quote=Quote.DOUBLED), b'"')


@given(
    steps=st.sampled_from(SAFE),
    text=st.lists(st.sampled_from([b" ", b'"', b"502", b"x", b"-", b'" 502 "', b"|"]), max_size=12).map(b"".join),
)
def test_a_status_is_never_the_clients(steps: tuple[Step, ...], text: bytes) -> None:
    """Whatever the raw value, the line says 200 or nothing."""
    values = {Role.TIME: b"1795287967", Role.STATUS: b"200", Role.WORD_A: b"end", Role.PATH: text, Role.NONE: b"x"}
    line = b"".join(step.text if isinstance(step, Literal) else values[step.role] for step in steps if step is not None)
    found = read(Plan(name="x", steps=steps), line)
    assert found is None or (found.status == 200 and found.words[0] == b"end")


def test_what_is_of_no_use_is_not_read() -> None:
    raw = Take(role=Role.NONE, stop=b" ")
    steps = (TIME, SPACE, raw, Literal(text=b" end"))
    assert settled(steps, [2]) == [TIME, SPACE, Take(role=Role.NONE)]
    assert settled(SAFE[0], [2]) == list(SAFE[0])
    assert settled(UNSAFE[0], [2]) == [TIME, SPACE, Take(role=Role.NONE)]


def test_a_later_raw_value_is_read_for_the_sake_of_the_first() -> None:
    steps = (TIME, SPACE, RAW, SPACE, STATUS, Literal(text=b' "'), QUOTED, Literal(text=b'"'))
    assert settled(steps, [2, 6]) == list(steps)
