import struct

import pytest

from tests.scan.test_engine import SHELF, reading_of
from why502.logs.plan import Blanks, Key, Literal, Plan, Quote, Role, Seek, Shape, Take, Unit
from why502.scan import engine
from why502.scan.program import SEPARATOR, compile_program

ROW = Plan(
    name="a",
    steps=(
        Take(role=Role.TIME, stop=b" ", bare=True),
        Literal(text=b" x"),
        Seek(text=b": "),
        Blanks(),
        Take(role=Role.CLIENT, stop=b"|", port=True, present=True),
        Take(role=Role.UPSTREAM_SECONDS, quote=Quote.LISTED, unit=Unit.MILLISECONDS),
    ),
    needs=frozenset({Role.TIME, Role.CLIENT}),
    attempts=True,
)
JSON = Plan(
    name="b",
    shape=Shape.JSON,
    keys=(Key(path=("a", "b"), role=Role.STATUS, equals="x"), Key(path=("t",), role=Role.TIME)),
    start=b"]: ",
    naive_utc=True,
)


def taken_apart(program: bytes) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]], bytes]:
    plans, steps, size = struct.unpack_from("=3I", program)
    assert len(program) == 12 + plans * 28 + steps * 20 + size
    heads = [struct.unpack_from("=4B6I", program, 12 + 28 * each) for each in range(plans)]
    records = [struct.unpack_from("=6BH2I2H", program, 12 + 28 * plans + 20 * each) for each in range(steps)]
    return heads, records, program[len(program) - size :]


def test_records_hold_what_the_plans_say() -> None:
    heads, steps, literals = taken_apart(compile_program([ROW, JSON]))
    assert [(head[0], head[2], head[6], head[7]) for head in heads] == [(0, 1, 0, 6), (1, 2, 6, 2)]
    assert heads[0][5] == 1 << Role.TIME | 1 << Role.CLIENT
    assert literals[heads[1][8] : heads[1][8] + heads[1][9]] == b"]: "
    assert [step[0] for step in steps] == [0, 1, 2, 3, 0, 0, 4, 4]
    assert [step[1] for step in steps] == [1, 0, 0, 0, 7, 11, 3, 1]
    bare_stops, port_present_stops = 2 | 4, 16 | 1 | 4
    assert (steps[0][4], steps[4][4], steps[5][4]) == (bare_stops, port_present_stops, 0)
    assert (steps[5][3], steps[5][5]) == (Quote.LISTED, Unit.MILLISECONDS)
    assert literals[steps[1][7] : steps[1][7] + steps[1][6]] == b" x"
    assert literals[steps[6][7] : steps[6][7] + steps[6][6]] == f"a{SEPARATOR}b".encode()
    assert literals[steps[6][8] : steps[6][8] + steps[6][9]] == b"x"
    assert (steps[6][10], steps[7][10]) == (1, 0)


@pytest.mark.skipif(not engine.has_kernel(), reason="the kernel was not compiled here")
@pytest.mark.parametrize("form", SHELF, ids=lambda each: each.name)
def test_the_kernel_refuses_a_program_that_is_cut(form: object) -> None:
    from why502.scan._kernel import Scan

    program = compile_program(reading_of(form).plans)  # type: ignore[arg-type]
    Scan(program, lambda *_: 0, b"", 0, 1)
    for end in {0, 5, 11, 12, 40, len(program) // 2, len(program) - 1}:
        if end < len(program):
            with pytest.raises((ValueError, MemoryError)):
                Scan(program[:end], lambda *_: 0, b"", 0, 1)


def test_equal_plans_make_equal_programs() -> None:
    assert compile_program([ROW, JSON]) == compile_program((ROW, JSON))
    assert compile_program([ROW]) != compile_program([JSON])


def test_a_kernel_of_other_sources_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    if not engine.has_kernel():
        pytest.skip("the kernel was not compiled here: no C compiler")
    monkeypatch.setattr("why502.scan.program.VERSION", -1)
    assert not engine.has_kernel()
    assert engine.best() is not engine.Compiled
