"""What servers say in their logs: a unit's journal, the files a process writes."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.frozen import frozen
from why502.observations.place import Place, Window
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import Says, ServerMessage
from why502.observations.subjects import Address, File, Machine, Process, Subject, Unit
from why502.observations.units import JournalLine, UnitJournal
from why502.observations.want import Gap, User, Want, Why
from why502.servers.commands import named, products
from why502.servers.product import Product, configuration
from why502.servers.words import Where, bind, endpoint
from why502.vantage.base import No, Raw
from why502.vantage.looking import Around, looker
from why502.vantage.zones import zone_of

TAIL = 1 << 20
LONGEST = 4096
MOST = 2000
"""Most messages of one log; the newest are kept."""

MONTH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: at for at, name in enumerate(MONTH, 1)}
ZONED = re.compile(r"\[?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,]\d{1,6})? ?([+-]\d\d):?(\d\d)", re.ASCII)
PHP = re.compile(r"\[(\d\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d:\d\d:\d\d)", re.ASCII)
CTIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})", re.ASCII)
TUPLE = re.compile(r"\('([^']{1,100})', (\d{1,5})(?:, \d+, \d+)?\)", re.ASCII)
COMMON = re.compile(
    r"(?i:[^\n]{0,60}?\b(?:listening|running|ready|started server) (?:on|at):? (?:port:? ?)?)"
    r"(?P<bind>(?:https?://)?[\w.\[\]:*-]{0,80}:\d{1,5}\b|\d{2,5}\b)",
    re.ASCII,
)


@frozen
class Told:
    """What one line tells, and of which product ("" where only the words, not the program, are known)."""

    product: str
    says: Says
    bind: Address | None
    pid: int | None


def address_of(text: str, where: Where) -> Address | None:
    """Read an address as servers log it: a URL, `host:port`, a path, Python's `('host', port)`, Node's `:::3000`."""
    found = TUPLE.fullmatch(text.strip())
    if found:
        return endpoint(where.place, found[1], found[2])
    bare = re.sub(r"^https?://", "", text.strip())
    loose = re.fullmatch(r"([0-9a-fA-F:]{2,45}):(\d{1,5})", bare)
    return endpoint(where.place, loose[1], loose[2]) if loose and loose[1].count(":") > 1 else bind(bare, where)


def messages_of(product: str | None, line: str, where: Where) -> Told | None:
    """Tell what a line says, by one product's table or by all of them."""
    for each in products():
        if product in {None, each.name}:
            found = _told(each, line[:LONGEST].rstrip(), where)
            if found is not None:
                return found
    return _common(line[:LONGEST], where) if product is None else None


def _common(line: str, where: Where) -> Told | None:
    """Tell whether some other program says in its own words where it listens."""
    found = COMMON.match(line)
    address = address_of(found["bind"], where) if found else None
    return None if address is None else Told(product="", says=Says.LISTENING, bind=address, pid=None)


def _told(product: Product, line: str, where: Where) -> Told | None:
    begun = product.prefix.match(line)
    start = begun.end() if begun else 0
    for each in product.phrases:
        found = each.pattern.match(line, start)
        if found is not None:
            groups = found.groupdict()
            named_bind, path = groups.get("bind"), groups.get("path")
            address = bind(f"unix:{path}", where) if path else None
            return Told(
                product=product.name,
                says=each.says,
                bind=address_of(named_bind, where) if named_bind else address,
                pid=int(groups["pid"]) if groups.get("pid") else None,
            )
    return None


def when(line: str, zone: tzinfo) -> datetime | None:
    """Read the time at the start of a line, in UTC; the forms without a zone are the host's local time."""
    zoned, php, ctime = ZONED.match(line), PHP.match(line), CTIME.match(line)
    try:
        if zoned:
            return datetime.fromisoformat(f"{zoned[1]}T{zoned[2]}{zoned[3]}:{zoned[4]}").astimezone(UTC)
        if php and php[2] in MONTHS:
            text = f"{php[3]}-{MONTHS[php[2]]:02}-{php[1]}T{php[4]}"
        elif ctime and ctime[1] in MONTHS:
            text = f"{ctime[4]}-{MONTHS[ctime[1]]:02}-{int(ctime[2]):02}T{ctime[3]}"
        else:
            return None
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def lines_of(raw: Raw, zone: tzinfo, last: datetime) -> Iterator[tuple[int, str, datetime]]:
    """Yield the lines of a log's tail with their byte offsets and times.

    A line without a time is as old as the file's last change at most: that is when it is dated.
    """
    offset = raw.start
    for at, data in enumerate(raw.data.split(b"\n")):
        if data and not (at == 0 and raw.start > 0):
            line = data[:LONGEST].decode("utf-8", "replace")
            yield offset, line, when(line, zone) or last
        offset += len(data) + 1


def message(told: Told, about: Subject, at: datetime, source: str, line: str, kind: EvidenceKind) -> ServerMessage:
    """Make the fact of one line."""
    return ServerMessage(
        about=about,
        seen=Seen(at=Window.instant(at), by="servers.messages", kind=kind, source=source, raw=line[:2000]),
        product=told.product,
        says=told.says,
        bind=told.bind,
        pid=told.pid,
    )


def of_journal(lines: Iterable[JournalLine], unit: Unit, where: Where, about: Subject) -> list[ServerMessage]:
    """Return the telling lines of a journal. The line's own time is left: the journal's is finer."""
    found: list[ServerMessage] = []
    for line in lines:
        told = messages_of(None, line.text, where)
        if told is not None:
            source = f"journalctl -u {unit.name}"
            found.append(message(told, about, line.at, source, line.text, EvidenceKind.JOURNAL))
    return found[-MOST:]


async def of_file(
    path: str, place: Place, cwd: str, about: Subject, around: Around, reader: User | None
) -> list[ServerMessage] | No:
    """Return the telling lines of the last MiB of a log file."""
    raw = await around.vantage.read(place, path, TAIL, tail=True, reader=reader)
    if not isinstance(raw, Raw):
        return raw.no
    zone = await zone_of(around.vantage, place)
    where = Where(place=place, cwd=cwd)
    last = raw.changed or raw.at.end
    found: list[ServerMessage] = []
    for offset, line, at in lines_of(raw, zone, last):
        told = messages_of(None, line, where)
        if told is not None:
            found.append(message(told, about, min(at, last), f"{path}@{offset}", line, EvidenceKind.LOG_LINE))
    return found[-MOST:]


async def logs_of(info: ProcessInfo, around: Around) -> tuple[str, ...]:
    """Return the log files of a process: those it was told to write, and where its outputs go."""
    where = Where(place=info.place, cwd=info.cwd or "/")
    reader = User(uid=info.uid, gid=info.gid, groups=info.groups)
    found: list[str] = []
    known = named(info.command, {})
    if known is not None:
        texts = await configuration(known[0], known[1], where, around.vantage, reader)
        found += [path for setting in known[0].settings(known[1], where, texts) for path in setting.logs]
    for descriptor in (1, 2):
        target = await around.vantage.readlink(info.place.machine(), f"/proc/{info.pid}/fd/{descriptor}")
        if isinstance(target, str) and target.startswith("/") and not target.startswith("/dev/"):
            found.append(target)
    return tuple(dict.fromkeys(found))[:10]


async def of_unit(unit: Unit, want: Want[Fact], about: Subject, around: Around) -> list[ServerMessage] | Gap:
    """Return what a unit's journal tells."""
    journals = await around.get(Want(kind=UnitJournal, about=unit, window=want.window))
    if isinstance(journals, Gap):
        return journals
    where = Where(place=around.vantage.here())
    return [each for journal in journals for each in of_journal(journal.lines, unit, where, about)]


async def of_process(want: Want[Fact], subject: Process, around: Around) -> list[ServerMessage] | Gap:
    """Return what the logs of a process tell; its unit's journal where it writes no file."""
    tables = await around.get(Want(kind=ProcessTable, about=Machine(place=subject.place.machine())))
    if isinstance(tables, Gap):
        return tables
    info = next((each for table in tables for each in table.processes if each.process == subject), None)
    if info is None:
        return []
    found: list[ServerMessage] = []
    reader = User(uid=info.uid, gid=info.gid, groups=info.groups)
    for path in await logs_of(info, around):
        lines = await of_file(path, info.place, info.cwd or "/", subject, around, reader)
        found += lines if isinstance(lines, list) else []
    if info.unit is not None:
        lines_of_unit = await of_unit(Unit(place=subject.place.machine(), name=info.unit), want, subject, around)
        if isinstance(lines_of_unit, Gap):
            return found or lines_of_unit
        found += lines_of_unit
    return found


@looker(ServerMessage)
async def messages(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Return the telling lines of a Unit's journal, of a log File, or of all logs of a Process."""
    match want.about:
        case Unit() as unit:
            found = await of_unit(unit, want, unit, around)
        case Process() as process:
            found = await of_process(want, process, around)
        case File(place=place, path=path):
            lines = await of_file(path, place, "/", want.about, around, None)
            if lines is No.MISSING:
                return ()
            if isinstance(lines, No):
                why = Why.NO_PERMISSION if lines is No.DENIED else Why.UNREADABLE
                return Gap(want=want, why=why, says=f"{path} can not be read", unlock=around.vantage.unlock())
            found = lines
        case _:
            return ()
    return found if isinstance(found, Gap) else tuple(found)
