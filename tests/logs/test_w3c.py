import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs import w3c
from why502.logs.plan import MOST_STEPS, Kind, Literal, Role, Take, Unit
from why502.logs.reading import read
from why502.logs.w3c import Column

KNOWN = {
    "date": Column(role=Role.DATE),
    "time": Column(role=Role.TIME),
    "sc-status": Column(role=Role.STATUS),
    "c-ip": Column(role=Role.CLIENT),
    "x-forwarded-for": Column(role=Role.CLIENT),
    "time-taken": Column(role=Role.SECONDS, unit=Unit.MILLISECONDS),
}
NAMES = ("date", "time", "c-ip", "cs(User-Agent)", "sc-status", "time-taken")


def test_a_file_may_declare_its_columns_anew() -> None:
    lines = (b"#Version: 1.0", b"#Fields: date time", b"a b", b"#Fields: date  time sc-status", b"#Fields: date time")
    assert w3c.headers(lines) == (("date", "time"), ("date", "time", "sc-status"))


@pytest.mark.parametrize("line", [b"#Fields:", b"#fields: a", b" #Fields: a", b"#Fields: " + b"a " * 101])
def test_what_declares_nothing_that_can_be_read(line: bytes) -> None:
    assert w3c.headers((line,)) == ()


def test_most_columns_are_still_a_plan() -> None:
    plan = w3c.row("x", ("date", "time", "sc-status", *("a",) * 97), KNOWN, b"\t")
    assert len(plan.steps) <= MOST_STEPS


def test_headers_are_bounded() -> None:
    assert len(w3c.headers(b"#Fields: a%d" % number for number in range(50))) == w3c.MOST_HEADERS


def test_the_separator_is_that_of_the_values() -> None:
    assert w3c.separator((b"#Fields: a\tb", b"1 2"), [("a", "b")]) == b" "
    assert w3c.separator((b"#Fields: a b", b"1\t2 3 4"), [("a", "b")]) == b"\t"
    assert w3c.separator((b"1 2 3", b"1\t2", b"4 5 6"), [("a", "b", "c")]) == b" "


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        (("date", "time", "sc-status"), True),
        (("time", "sc-status"), False),
        (("date", "time"), False),
        (("date", "sc-status"), False),
    ],
)
def test_columns_must_say_when_and_how(names: tuple[str, ...], enough: bool) -> None:
    assert w3c.tells_requests(names, KNOWN) is enough


def test_columns_become_values() -> None:
    line = read(w3c.row("x", NAMES, KNOWN, b" "), b'2026-11-20 14:02:11 192.0.2.7 a+"b" 502 12')
    assert line is not None
    assert (line.at, line.naive, line.status, line.client, line.seconds) == (
        1795183331,
        False,
        502,
        b"192.0.2.7",
        12000,
    )


@pytest.mark.parametrize("line", [b"2026-11-20 14:02:11 192.0.2.7 - 502", b"2026-11-20 14:02:11 192.0.2.7 - 502 1 2"])
def test_a_line_of_other_columns_does_not_fit(line: bytes) -> None:
    assert read(w3c.row("x", NAMES, KNOWN, b" "), line) is None


def test_the_first_of_two_columns_with_one_role_counts() -> None:
    names = ("date", "time", "c-ip", "x-forwarded-for", "sc-status")
    line = read(w3c.row("x", names, KNOWN, b" "), b"2026-11-20 14:02:11 192.0.2.7 198.51.100.1 200")
    assert line is not None
    assert line.client == b"192.0.2.7"


@given(st.binary(max_size=30).filter(lambda raw: not {0x09, 0x0A} & set(raw)))
def test_a_value_stays_in_its_column(agent: bytes) -> None:
    line = read(w3c.row("x", NAMES, KNOWN, b"\t"), b"2026-11-20\t14:02:11\t192.0.2.7\t" + agent + b"\t200\t12")
    assert line is not None
    assert (line.status, line.seconds) == (200, 12000)


def test_comments_are_no_requests() -> None:
    line = read(w3c.comment("x"), b"#Date: 2026-11-20 14:02:11")
    assert line is not None
    assert line.plan.kind is Kind.OTHER
    assert read(w3c.comment("x"), b"2026-11-20 #") is None


@pytest.mark.parametrize("names", [("cs-method", "date", "time"), ("date", "time", "cs-method")])
def test_lines_without_a_value_can_be_told_apart(names: tuple[str, ...]) -> None:
    plan = w3c.without("x", names, "cs-method", b" ")
    held = {"date": b"2026-11-20", "time": b"14:02:11"}
    line = read(plan, b" ".join(held.get(name, b"-") for name in names))
    assert line is not None
    assert line.plan.kind is Kind.OTHER
    assert read(plan, b" ".join(held.get(name, b"GET") for name in names)) is None


def test_columns_can_be_given() -> None:
    plan = w3c.chosen("x", "#Fields: " + " ".join(NAMES), KNOWN, b" ")
    assert plan == w3c.chosen("x", ",".join(NAMES), KNOWN, b" ")
    assert sum(isinstance(step, Take) for step in plan.steps) == len(NAMES)
    assert all(step.text == b" " for step in plan.steps if isinstance(step, Literal))


@pytest.mark.parametrize("text", ["", "#Fields:", "date time", "a," * 101])
def test_columns_that_cannot_be_used_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="columns"):
        w3c.chosen("x", text, KNOWN, b" ")
