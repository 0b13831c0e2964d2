"""What the kernel's log says of processes killed for memory (mm/oom_kill.c): dmesg, else the journal."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from why502.host.reading import gap, seen, whole_lines
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.frozen import frozen
from why502.observations.memory import KernelLog, OomKill
from why502.observations.place import Window
from why502.observations.subjects import Machine
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import Raw, ReadOnly
from why502.vantage.looking import Around, looker

DMESG = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[,.](\d{1,6})([+-]\d\d):?(\d\d) (.*)", re.ASCII)
JOURNAL = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[,.](\d{1,6})([+-]\d\d):?(\d\d) \S+ kernel: (.*)", re.ASCII)
CHOSEN = re.compile(
    r"oom-kill:constraint=\w+,.*?(?:,oom_memcg=(?P<limited>.*?)|,global_oom),task_memcg=(?P<group>.*),task=(?P<name>.*)"
    r",pid=(?P<pid>\d{1,10}),uid=(?P<uid>\d{1,10})",
    re.ASCII,
)
KILLED = re.compile(
    r"(?:Out of memory|Memory cgroup out of memory)[^:]{0,60}: Killed process (?P<pid>\d{1,10}) \((?P<name>.*)\)"
    r" total-vm:\d+kB, anon-rss:(?P<anon>\d{1,15})kB, file-rss:(?P<file>\d{1,15})kB, shmem-rss:(?P<shmem>\d{1,15})kB"
    r"(?:, UID:(?P<uid>\d{1,10}))?.*",
    re.ASCII,
)
LONGEST = 4096


@frozen
class KernelLine:
    """One line of the kernel's log."""

    at: datetime
    text: str


@frozen
class Kill:
    """One kill as the kernel words it, in one or two lines. `raw` are those lines."""

    at: datetime
    pid: int
    name: str
    uid: int | None
    cgroup: str
    limited: str
    resident_kib: int | None
    raw: tuple[str, ...]


def parse_lines(lines: Iterable[str]) -> Iterator[KernelLine]:
    """Read lines of `dmesg --time-format iso` or `journalctl -k -o short-iso-precise`."""
    for line in lines:
        found = JOURNAL.fullmatch(line[:LONGEST]) or DMESG.fullmatch(line[:LONGEST])
        if found is None:
            continue
        try:
            at = datetime.fromisoformat(f"{found[1]}.{found[2]:0<6}{found[3]}:{found[4]}").astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        yield KernelLine(at=at, text=found[5])


def parse_kills(lines: Iterable[KernelLine]) -> list[Kill]:
    """Join each victim chosen (`oom-kill:`) with the line that tells of its end (`Killed process`)."""
    found: list[Kill] = []
    for line in lines:
        chosen, killed = CHOSEN.fullmatch(line.text), KILLED.fullmatch(line.text)
        if chosen:
            found.append(_chosen(line, chosen))
        elif killed:
            before = next((at for at in range(len(found) - 1, -1, -1) if _same(found[at], killed)), None)
            made = _killed(line, killed, found[before] if before is not None else None)
            if before is None:
                found.append(made)
            else:
                found[before] = made
    return found


def _same(kill: Kill, killed: re.Match[str]) -> bool:
    return kill.pid == int(killed["pid"]) and kill.resident_kib is None


def _chosen(line: KernelLine, found: re.Match[str]) -> Kill:
    return Kill(
        at=line.at,
        pid=int(found["pid"]),
        name=found["name"],
        uid=int(found["uid"]),
        cgroup=found["group"],
        limited=found["limited"] or "",
        resident_kib=None,
        raw=(line.text,),
    )


def _killed(line: KernelLine, found: re.Match[str], chosen: Kill | None) -> Kill:
    return Kill(
        at=line.at,
        pid=int(found["pid"]),
        name=chosen.name if chosen else found["name"],
        uid=chosen.uid if chosen else (int(found["uid"]) if found["uid"] else None),
        cgroup=chosen.cgroup if chosen else "",
        limited=chosen.limited if chosen else "",
        resident_kib=sum(int(found[each]) for each in ("anon", "file", "shmem")),
        raw=(*(chosen.raw if chosen else ()), line.text),
    )


def event(kill: Kill, about: Machine, source: str) -> OomKill:
    """Make the fact of one kill, dated by the kernel's own time."""
    return OomKill(
        about=about,
        seen=seen(__name__, Window.instant(kill.at), EvidenceKind.KERNEL, source, kill.raw),
        pid=kill.pid,
        name=kill.name,
        uid=kill.uid,
        cgroup=kill.cgroup,
        limited=kill.limited,
        resident_kib=kill.resident_kib,
    )


async def printed(want: Want[Fact], around: Around, about: Machine) -> Raw | Gap:
    """Return the kernel's ring, or the journal's copy of it where the ring may not be read."""
    vantage, place = around.vantage, about.place.machine()
    ring = await vantage.run(place, ReadOnly.KERNEL_LOG)
    if isinstance(ring, Raw):
        return ring
    since = around.horizon.start.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    journal = await vantage.run(place, ReadOnly.KERNEL_JOURNAL, since)
    if isinstance(journal, Raw) and any(True for _ in parse_lines(whole_lines(journal))):
        return journal
    return gap(want, ring, vantage)


@looker(KernelLog)
async def kernel(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read the kills for want of memory that a Machine's kernel still remembers."""
    if not isinstance(want.about, Machine):
        return ()
    raw = await printed(want, around, want.about)
    if isinstance(raw, Gap):
        return raw
    lines = list(parse_lines(whole_lines(raw)))
    if not lines:
        return Gap(want=want, why=Why.UNREADABLE, says="the kernel's log is empty", unlock="")
    kills = parse_kills(lines)
    start = min(lines[0].at, raw.at.end)
    says = [each for kill in kills for each in kill.raw] or ["no process was killed for memory"]
    return (
        KernelLog(
            about=want.about,
            seen=seen(__name__, raw.at, EvidenceKind.KERNEL, raw.source, says),
            since=start,
            kills=tuple(event(kill, want.about, raw.source) for kill in kills),
            covers=Window(start=start, end=raw.at.end),
            complete=not raw.cut,
        ),
    )


@looker(OomKill)
async def kills(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Return each kill of a Machine's kernel log as a fact of its own."""
    if not isinstance(want.about, Machine):
        return ()
    logs = await around.get(Want(kind=KernelLog, about=want.about, window=want.window))
    return logs if isinstance(logs, Gap) else tuple(kill for log in logs for kill in log.kills)
