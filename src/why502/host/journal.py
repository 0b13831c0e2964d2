"""A unit's journal: `journalctl -o json`, one object a line (systemd's Journal JSON Format)."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from why502.host.reading import gap, number, seen, whole_lines
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.place import Window
from why502.observations.subjects import Machine, Unit
from why502.observations.units import JournalLine, UnitJournal, UnitTable
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import ReadOnly, Refusal
from why502.vantage.looking import Around, looker

LINES = 2000
"""Most lines that are asked for (`-n` of the command)."""

LONGEST = 8192
LATEST = 253_402_300_799 * 10**6


def text_in(message: object) -> str | None:
    """Read a MESSAGE: text, an array of bytes where it is no UTF-8; None where it was too long to be printed."""
    if isinstance(message, str):
        return message[:LONGEST]
    if isinstance(message, list) and all(isinstance(each, int) and 0 <= each < 256 for each in message):  # noqa: PLR2004
        return bytes(message[:LONGEST]).decode("utf-8", "replace")
    return None


def moment(entry: dict[str, object]) -> datetime | None:
    """Return when the program said it, else when the journal took it (microseconds since the epoch)."""
    for name in ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"):
        said = entry.get(name)
        micros = number(said, most=LATEST) if isinstance(said, str) else None
        if micros is not None:
            return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    return None


def parse_entries(lines: Iterable[str]) -> Iterator[JournalLine]:
    """Read the entries; what is none is passed over."""
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(entry, dict):
            continue
        at, text = moment(entry), text_in(entry.get("MESSAGE"))
        pid = entry.get("_PID")
        if at is not None and text is not None:
            yield JournalLine(at=at, text=text, pid=number(pid) if isinstance(pid, str) else None)


@looker(UnitJournal)
async def journal(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read what a Unit wrote since the horizon; a host without systemd has no journal to be read."""
    if not isinstance(want.about, Unit):
        return ()
    tables = await around.get(Want(kind=UnitTable, about=Machine(place=want.about.place.machine())))
    if isinstance(tables, Gap):
        return tables
    if not any(table.manager for table in tables):
        return ()
    vantage = around.vantage
    start = want.window.start if want.window is not None else around.horizon.start
    since = start.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    raw = await vantage.run(want.about.place.machine(), ReadOnly.UNIT_JOURNAL, since, want.about.name)
    if isinstance(raw, Refusal):
        return gap(want, raw, vantage)
    lines = tuple(parse_entries(whole_lines(raw)))
    if not lines and not vantage.privileged:
        # Without rights journalctl is silent about others' entries, which looks like an empty journal.
        says = "the journal shows nothing to this user"
        return Gap(want=want, why=Why.NO_PERMISSION, says=says, unlock=vantage.unlock())
    whole = len(lines) < LINES and not raw.cut
    begun = start if whole or not lines else lines[0].at
    return (
        UnitJournal(
            about=want.about,
            seen=seen(__name__, raw.at, EvidenceKind.JOURNAL, raw.source, [each.text for each in lines[-50:]]),
            since=min(begun, raw.at.end),
            lines=lines,
            covers=Window(start=min(begun, raw.at.end), end=raw.at.end),
            complete=whole and vantage.privileged,
        ),
    )
