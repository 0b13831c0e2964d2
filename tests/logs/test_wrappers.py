import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.formats.nginx_combined import EXAMPLES
from why502.logs.plan import Key, Plan, Role, Shape
from why502.logs.reading import read
from why502.logs.recognition import chosen, known_formats
from why502.logs.wrappers import found, unwrapped

LINE = EXAMPLES[0].line
HEADERS = (
    b"Nov 20 14:02:11 web1 nginx: ",
    b"<190>Nov  2 14:02:11 web1 nginx: ",
    b"Nov 20 14:02:11 nginx[17]: ",
    b"2026-11-20T14:02:11.123456+01:00 web1.example nginx[17]: ",
    b"<190>1 2026-11-20T14:02:11.123Z web1 nginx 17 - - ",
    b"2026-11-20T14:02:11.123456789Z stdout F ",
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
