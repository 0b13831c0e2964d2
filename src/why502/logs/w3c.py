"""W3C extended log files: a header line `#Fields:` names the columns, and the columns decide the plan.

IIS separates the columns by blanks, CloudFront by tabs. Other lines that begin with `#` tell of the file itself. A
column without a value holds `-`; no value holds the separator (blanks are written as `+` or `%20`), so that a client's
text stays in its column. Date and time are UTC.

Source: W3C working draft "Extended Log File Format" (WD-logfile-960323); what a product makes of it: see its format.
"""

from collections.abc import Iterable, Mapping

from why502.logs.plan import MOST_STEPS, Kind, Literal, Plan, Role, Take, Unit
from why502.observations.frozen import frozen

FIELDS = b"#Fields:"
MOST_COLUMNS = MOST_STEPS // 2
"""A column and the separator behind it are two steps."""

LONGEST_HEADER = 16384
MOST_HEADERS = 8
"""Different headers of one file that are looked at: a server writes a new one where its configuration changed."""


@frozen
class Column:
    """What a column says. `unit` is that of a bare number of seconds."""

    role: Role
    unit: Unit = Unit.SECONDS


Columns = Mapping[str, Column]


def headers(lines: Iterable[bytes]) -> tuple[tuple[str, ...], ...]:
    """Return the column names of each different `#Fields:` line, in their order."""
    found: dict[tuple[str, ...], None] = {}
    for line in lines:
        if line.startswith(FIELDS) and len(found) < MOST_HEADERS:
            names = tuple(line[len(FIELDS) : LONGEST_HEADER].decode("latin-1").split())
            if 0 < len(names) <= MOST_COLUMNS:
                found[names] = None
    return tuple(found)


def separator(lines: Iterable[bytes], declared: Iterable[tuple[str, ...]]) -> bytes:
    """Tell by which byte the values of lines are separated that have as many columns as declared: tab or blank."""
    between = {len(names) - 1 for names in declared}
    tabs = blanks = 0
    for line in lines:
        if not line.startswith(b"#"):
            tabs += line.count(b"\t") in between
            blanks += line.count(b" ") in between
    return b"\t" if tabs > blanks else b" "


def tells_requests(names: tuple[str, ...], known: Columns) -> bool:
    """Tell whether these columns say when and how requests ended."""
    roles = {known[name].role for name in names if name in known}
    return {Role.TIME, Role.STATUS} <= roles and (Role.DATE in roles or "time" not in names)


def row(name: str, names: tuple[str, ...], known: Columns, by: bytes) -> Plan:
    """Compile columns into a plan; of two columns with one role the first counts."""
    steps: list[Take | Literal] = []
    used: set[Role] = set()
    for number, each in enumerate(names):
        column = known.get(each)
        role = column.role if column is not None and column.role not in used else Role.NONE
        used.add(role)
        unit = column.unit if column is not None else Unit.SECONDS
        if number < len(names) - 1:
            steps += [Take(role=role, stop=by, unit=unit), Literal(text=by)]
        else:
            # Else a line of more columns would fit, and each value stand in its neighbour's place.
            steps.append(Take(role=role, unit=unit, bare=True))
    return Plan(name=name, steps=tuple(steps), needs=frozenset({Role.TIME, Role.STATUS}), naive_utc=True)


def without(name: str, names: tuple[str, ...], empty: str, by: bytes) -> Plan:
    """Return the plan of lines whose column `empty` holds `-`, so that they tell of no request; to be tried first."""
    steps: list[Take | Literal] = []
    for each in names:
        steps += [Literal(text=b"-") if each == empty else Take(role=Role.NONE, stop=by), Literal(text=by)]
    if names[-1] == empty:
        return Plan(name=name, kind=Kind.OTHER, steps=tuple(steps[:-1]), needs=frozenset())
    return Plan(name=name, kind=Kind.OTHER, steps=(*steps[:-2], Take(role=Role.NONE, bare=True)), needs=frozenset())


def comment(name: str) -> Plan:
    """Return the plan of the lines that begin with `#`."""
    steps = (Literal(text=b"#"), Take(role=Role.NONE))
    return Plan(name=name, kind=Kind.OTHER, steps=steps, needs=frozenset())


def chosen(name: str, text: str, known: Columns, by: bytes) -> Plan:
    """Compile a list of column names as an administrator gives it (with or without `#Fields:`); raises `ValueError`."""
    names = tuple(text.removeprefix(FIELDS.decode()).replace(",", " ").split())
    if not 0 < len(names) <= MOST_COLUMNS:
        raise ValueError(f"{len(names)} columns; 1 to {MOST_COLUMNS} can be read")
    if not tells_requests(names, known):
        raise ValueError("the columns lack the time or the status of a request")
    return row(name, names, known, by)
