"""Questions to what was counted: which cells (`--where`), and by what they are added up (`--by`). Pure.

A condition is a small language of its own, so that nothing a user writes is run as another's:

    status=502 and upstream=10.0.0.1:8080
    (status>=500 or outcome=rescued) and not route~'/health'
    failure in (connect-refused, response-timeout) and minute>=2026-11-20T10:00

Names: `upstream`, `route`, `status`, `failure` (`none`: no failure), `outcome`, `minute`. Signs: `=`, `!=`, `<`, `<=`,
`>`, `>=` (status and minute alone are ordered) and `~` (holds this text). Words with blanks or brackets are quoted.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Any

from why502.logs.tally import REQUESTS, Cell, Outcome, Tally
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

LONGEST = 4000
DEEPEST = 40
NONE = "none"


class Dimension(Enum):
    """What cells can be counted by."""

    UPSTREAM = "upstream"
    ROUTE = "route"
    STATUS = "status"
    FAILURE = "failure"
    OUTCOME = "outcome"
    MINUTE = "minute"


Test = Callable[[Cell], bool]
COMMON = frozenset({Dimension.STATUS, Dimension.FAILURE, Dimension.OUTCOME})
"""What is known of each minute, of each upstream and of each route, whatever bound was met."""


@frozen
class Condition:
    """Which cells count. `names`: what it asks about."""

    test: Test
    names: frozenset[Dimension] = frozenset()


EVERYTHING = Condition(test=lambda _: True)


@frozen
class Counted:
    """How much there is of one kind. `failed` is part of `requests`."""

    requests: int = 0
    failed: int = 0
    rescued: int = 0
    messages: int = 0


@frozen
class Row:
    """A line of a table. `values`: one for each dimension, as text."""

    values: tuple[str, ...]
    counted: Counted


def is_exact(asked: Iterable[Dimension]) -> bool:
    """Tell whether a question needs no cells: at most one of minute, upstream and route is asked about."""
    return len(frozenset(asked) - COMMON) <= 1


def cells_for(tally: Tally, asked: frozenset[Dimension]) -> Mapping[Cell, int]:
    """Return what answers a question that needs no cells."""
    if Dimension.UPSTREAM in asked:
        return {Cell(0, name, "", *what): count for (name, what), count in tally.by_upstream.items()}
    if Dimension.ROUTE in asked:
        return {Cell(0, "", name, *what): count for (name, what), count in tally.by_route.items()}
    return {Cell(minute, "", "", *what): count for (minute, what), count in tally.by_minute.items()}


def table(cells: Mapping[Cell, int], by: tuple[Dimension, ...], where: Condition = EVERYTHING) -> list[Row]:
    """Add up cells by dimensions, most failed first; times are told in UTC and sort by themselves."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for cell, count in cells.items():
        if where.test(cell):
            place = sums.setdefault(tuple(shown(cell, each) for each in by), [0, 0, 0, 0])
            place[0] += count if cell.outcome in REQUESTS else 0
            place[1] += count if cell.outcome is Outcome.FAILED else 0
            place[2] += count if cell.outcome is Outcome.RESCUED else 0
            place[3] += count if cell.outcome is Outcome.MESSAGE else 0
    rows = [
        Row(values=values, counted=Counted(requests=each[0], failed=each[1], rescued=each[2], messages=each[3]))
        for values, each in sums.items()
    ]
    if by[:1] == (Dimension.MINUTE,):
        return sorted(rows, key=lambda row: row.values)
    return sorted(rows, key=_weight)


def _weight(row: Row) -> tuple[Any, ...]:
    each = row.counted
    return -each.failed, -each.messages, -each.rescued, -each.requests, row.values


def shown(cell: Cell, name: Dimension) -> str:
    """Return what a cell says of a dimension."""
    match name:
        case Dimension.UPSTREAM:
            return cell.upstream
        case Dimension.ROUTE:
            return cell.route
        case Dimension.STATUS:
            return str(cell.status)
        case Dimension.FAILURE:
            return NONE if cell.failure is None else cell.failure.value
        case Dimension.OUTCOME:
            return cell.outcome.name.lower()
        case Dimension.MINUTE:
            return minute_shown(cell.minute)


def minute_shown(minute: int) -> str:
    """Write a minute in UTC."""
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")


# The language


_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'[^']*'|"[^"]*")|(?P<sign><=|>=|!=|==|[=<>~])|(?P<mark>[(),])|(?P<word>[^\s'"(),=<>!~]+))"""
)
_ORDERED = frozenset({Dimension.STATUS, Dimension.MINUTE})
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def condition(text: str, zone: tzinfo = UTC) -> Condition:
    """Read a condition; times without a zone are of `zone`. Raises `ValueError` saying what cannot be understood."""
    if len(text) > LONGEST:
        raise ValueError("the condition is too long")
    reading = _Reading(_tokens(text), zone)
    test = reading.either()
    if reading.left:
        raise ValueError(f"{reading.left[0][1]!r} is not expected there")
    return Condition(test=test, names=frozenset(reading.names))


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"{text[at:].strip()[:40]!r} cannot be read")
        kind = token.lastgroup or ""
        found.append((kind, token[kind]))
        at = token.end()
    return found


class _Reading:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[tuple[str, str]], zone: tzinfo) -> None:
        self.left = tokens
        self.names: set[Dimension] = set()
        self._zone = zone
        self._depth = 0

    def either(self) -> Test:
        tests = [self._both()]
        while self._took("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda cell: any(test(cell) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._took("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda cell: all(test(cell) for test in tests)

    def _one(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("the condition is nested too deep")
        try:
            if self._took("not"):
                test = self._one()
                return lambda cell: not test(cell)
            if self._took("("):
                inner = self.either()
                self._need(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Test:
        written = self._word("a name")
        name = next((each for each in Dimension if each.value == written.lower()), None)
        if name is None:
            raise ValueError(f"{written!r} is none of {', '.join(each.value for each in Dimension)}")
        self.names.add(name)
        if self._took("in"):
            self._need("(")
            values = {self._value(name)}
            while self._took(","):
                values.add(self._value(name))
            self._need(")")
            return lambda cell: plain(cell, name) in values
        if not self.left or self.left[0][0] != "sign":
            raise ValueError(f"a sign such as = is missing behind {written!r}")
        return self._signed(name, self.left.pop(0)[1])

    def _signed(self, name: Dimension, sign: str) -> Test:
        if sign == "~":
            part = self._word("a value")
            return lambda cell: part in shown(cell, name)
        if sign in ("<", "<=", ">", ">=") and name not in _ORDERED:
            raise ValueError(f"{name.value} has no order; use =, != or ~")
        value, compare = self._value(name), _COMPARE[sign]
        return lambda cell: compare(plain(cell, name), value)

    def _value(self, name: Dimension) -> object:
        written = self._word("a value")
        match name:
            case Dimension.STATUS:
                if not re.fullmatch(r"\d{1,3}", written, re.ASCII):
                    raise ValueError(f"{written!r} is no status")
                return int(written)
            case Dimension.MINUTE:
                return _minute(written, self._zone)
            case Dimension.FAILURE:
                if written not in {NONE, *(each.value for each in FailureId)}:
                    raise ValueError(f"{written!r} is no failure (docs/causes.md lists them)")
                return written
            case Dimension.OUTCOME:
                if written not in {each.name.lower() for each in Outcome}:
                    raise ValueError(f"{written!r} is none of {', '.join(each.name.lower() for each in Outcome)}")
                return written
            case Dimension.UPSTREAM | Dimension.ROUTE:
                return written

    def _word(self, what: str) -> str:
        if not self.left or self.left[0][0] not in ("word", "quoted"):
            raise ValueError(f"{what} is missing" + (f" before {self.left[0][1]!r}" if self.left else " at the end"))
        kind, text = self.left.pop(0)
        return text[1:-1] if kind == "quoted" else text

    def _took(self, text: str) -> bool:
        if self.left and self.left[0][0] in ("word", "mark") and self.left[0][1].lower() == text:
            self.left.pop(0)
            return True
        return False

    def _need(self, text: str) -> None:
        if not self._took(text):
            raise ValueError(f"{text!r} is missing" + (f" before {self.left[0][1]!r}" if self.left else " at the end"))


def plain(cell: Cell, name: Dimension) -> object:
    """Return what a cell says of a dimension, to be compared."""
    if name is Dimension.STATUS:
        return cell.status
    return cell.minute if name is Dimension.MINUTE else shown(cell, name)


def _minute(written: str, zone: tzinfo) -> int:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{written!r} is no time such as 2026-11-20T10:00") from None
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()) // 60
