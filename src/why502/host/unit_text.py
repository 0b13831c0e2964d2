"""Pure readers of what systemd prints and of its unit files (systemctl(1), systemd.syntax(7))."""

import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from why502.host.reading import number

STAMP = re.compile(r"[A-Z][a-z]{2} (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.\d{1,9})? (UTC|GMT)", re.ASCII)
ARGUMENTS = re.compile(r"argv\[\]=(.*?) ; ignore_errors=")
RAN = re.compile(r" start_time=\[([^\]]{1,60})\] ; .* code=exited ; status=0(?:/\w{1,20})? \}")
LISTENS = re.compile(r"(.*) \((?:Stream|SequentialPacket)\)")
DROPPED = frozenset("#;")
NO = frozenset({"no", "false", "off", "0", "n", "f"})

Properties = dict[str, tuple[str, ...]]
"""The values of one unit, each property in the order it was printed."""

REPEATED = frozenset({"ExecStart", "Listen", "EnvironmentFiles"})
MOST_LINE = 65_536


def parse_show(text: str) -> list[Properties]:
    """Read the blocks of `systemctl show`: `Name=value` lines, a blank line between two units."""
    blocks: list[Properties] = [{}]
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not line:
            blocks.append({})
        elif equals and name.isascii() and name.isalnum():
            before = blocks[-1].get(name, ()) if name in REPEATED else ()
            blocks[-1][name] = (*before, value[:MOST_LINE])
    return [block for block in blocks if "Id" in block]


def value(properties: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Return the last value of a property, empty where there is none, or where it was set back (`User=`)."""
    return (properties.get(name) or ("",))[-1]


def whole(properties: Mapping[str, tuple[str, ...]], name: str) -> int:
    """Return a property that is a number; 0 where it is none."""
    return number(value(properties, name)) or 0


def parse_time(text: str) -> datetime | None:
    """Read `Sat 2026-11-21 12:03:11 UTC`. Other zones are abbreviations that name no offset: not read."""
    found = STAMP.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None


def parse_command(text: str) -> str:
    """Take the command line out of `{ path=… ; argv[]=… ; ignore_errors=… }`."""
    found = ARGUMENTS.search(text)
    return found[1] if found else ""


def parse_ran(text: str) -> datetime | None:
    """Return when a command of a unit was last started, if it ended well."""
    found = RAN.search(text)
    return parse_time(found[1]) if found else None


def parse_listen(text: str) -> str | None:
    """Take the address out of `/run/app.sock (Stream)`; datagrams and queues are no upstream's."""
    found = LISTENS.fullmatch(text)
    return found[1] if found else None


def words(text: str) -> tuple[str, ...]:
    """Split as a shell would; a line with unbalanced quotes is split at blanks."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def names_of_environment(text: str) -> tuple[str, ...]:
    """Keep `NAME=value` assignments of an Environment property."""
    return tuple(word for word in words(text) if "=" in word)


def switched_on(text: str) -> bool:
    """Read a boolean or a path: set, and not to no."""
    return bool(text) and text.lower() not in NO


def logical_lines(text: str) -> Iterable[str]:
    """Join lines that end in a backslash, drop comments and blank lines."""
    held = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line[:1] in DROPPED and not (held and not line):
            continue
        if line.endswith("\\"):
            held = f"{held}{line[:-1].strip()} "[:MOST_LINE]
            continue
        if held or line:
            yield f"{held}{line}"[:MOST_LINE].strip()
        held = ""
    if held:
        yield held.strip()


def parse_unit_file(text: str) -> Properties:
    """Read the assignments of a unit file, section by section as `Section.Name`; an empty one clears the list."""
    found: Properties = {}
    section = ""
    for line in logical_lines(text):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            continue
        name, equals, assigned = line.partition("=")
        key = f"{section}.{name.strip()}"
        if equals:
            found[key] = (*found.get(key, ()), assigned.strip()) if assigned.strip() else ()
    return found
