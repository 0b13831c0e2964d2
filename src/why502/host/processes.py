"""Every process of the host, as `/proc` tells it (proc(5), cgroups(7), namespaces(7))."""

import re
from datetime import UTC, datetime, timedelta

from why502.host.reading import gap, number, seen, text_of
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.frozen import frozen
from why502.observations.place import Place, Window
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.subjects import Machine, Process
from why502.observations.want import Gap, Want
from why502.vantage.base import Raw, Refusal, Vantage
from why502.vantage.looking import Around, looker

TICKS = 100
"""Clock ticks a second as `/proc` shows them (USER_HZ; 100 on all architectures in use)."""

MOST = 32_768
COMMAND = 32_768
KERNEL_THREAD = 0x00200000
"""PF_KTHREAD of include/linux/sched.h: such a process has no command, no files and no namespaces of its own."""

NAMESPACE = re.compile(r"(?:net|mnt):\[(\d{1,20})\]")


@frozen
class Stat:
    """The fields of `/proc/PID/stat` that are used; `started` in ticks since boot."""

    name: str
    state: str
    parent: int
    flags: int
    started: int


@frozen
class Status:
    """Effective user, group and supplementary groups of `/proc/PID/status`."""

    uid: int
    gid: int
    groups: tuple[int, ...]


@frozen
class Control:
    """A process's control group: the path its memory is counted in, and the unit it belongs to."""

    path: str
    unit: str | None


def parse_stat(text: str) -> Stat | None:
    """Read one line; the name stands in parentheses and may itself hold any character."""
    opened, closed = text.find("("), text.rfind(")")
    if opened < 0 or closed < opened:
        return None
    fields = text[closed + 1 :].split()
    if len(fields) < 20:  # noqa: PLR2004
        return None
    parent, flags, started = number(fields[1]), number(fields[6]), number(fields[19])
    if parent is None or flags is None or started is None:
        return None
    return Stat(name=text[opened + 1 : closed], state=fields[0], parent=parent, flags=flags, started=started)


def parse_status(text: str) -> Status | None:
    """Read the lines `Uid:` and `Gid:` (real, effective, saved, file system) and `Groups:`."""
    rows = {name: rest.split() for name, _, rest in (line.partition(":") for line in text.splitlines())}
    uids, gids = rows.get("Uid", []), rows.get("Gid", [])
    uid = number(uids[1]) if len(uids) > 1 else None
    gid = number(gids[1]) if len(gids) > 1 else None
    if uid is None or gid is None:
        return None
    groups = (number(word) for word in rows.get("Groups", []))
    return Status(uid=uid, gid=gid, groups=tuple(group for group in groups if group is not None))


def parse_command(data: bytes) -> tuple[str, ...]:
    """Split `/proc/PID/cmdline`; a title that a program wrote over it may end in many zero bytes."""
    text = data.decode("utf-8", "replace").rstrip("\0")
    return tuple(text.split("\0")) if text else ()


def parse_cgroup(text: str, root: str = "") -> Control:
    """Read `/proc/PID/cgroup` of version 1, 2 or both at once.

    The path is the memory controller's where version 1 has it. The unit is systemd's own hierarchy's; `root` is
    the group below which the service manager of this host keeps its own.
    """
    named: dict[str, str] = {}
    for line in text.splitlines():
        _, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon:
            named.update(dict.fromkeys(controllers.split(","), path))
    systemd = named.get("name=systemd", named.get("", ""))
    return Control(path=named.get("memory", named.get("", systemd)), unit=unit_of(systemd.removeprefix(root)))


def unit_of(path: str) -> str | None:
    """Return the service a control group belongs to, the innermost of nested ones (a user's manager and its services).

    A scope (`docker-….scope`, a login session) ends the search: what lies below is not this manager's.
    """
    unit: str | None = None
    for part in path.split("/"):
        if part.endswith(".service"):
            unit = part.removeprefix("_")
        elif part and not part.endswith(".slice"):
            break
    return unit


def parse_namespace(target: str) -> int | None:
    """Read the inode of `net:[4026531840]`."""
    found = NAMESPACE.fullmatch(target)
    return number(found[1]) if found else None


def parse_boot(stat: str) -> datetime | None:
    """Read the second of boot from the `btime` line of `/proc/stat`."""
    for line in stat.splitlines():
        if line.startswith("btime "):
            second = number(line.removeprefix("btime ").strip(), most=253_402_300_799)
            return None if second is None else datetime.fromtimestamp(second, UTC)
    return None


def parse_uptime(text: str) -> timedelta | None:
    """Read the first number of `/proc/uptime`, seconds with hundredths."""
    found = re.match(r"(\d{1,10})\.(\d{2})\s", text, re.ASCII)
    return timedelta(seconds=int(found[1]), milliseconds=10 * int(found[2])) if found else None


async def booted(vantage: Vantage, place: Place) -> datetime | Refusal:
    """Tell when the host booted: to a hundredth of a second by `/proc/uptime` where that agrees with `btime`.

    (A container may be shown an uptime of its own; process start times count from the host's boot.)
    """
    stat = await vantage.read(place, "/proc/stat", 1 << 20)
    if isinstance(stat, Refusal):
        return stat
    second = parse_boot(text_of(stat)) or datetime.fromtimestamp(0, UTC)
    uptime = await vantage.read(place, "/proc/uptime", 100)
    passed = parse_uptime(text_of(uptime)) if isinstance(uptime, Raw) else None
    if isinstance(uptime, Raw) and passed is not None:
        fine = uptime.at.start - passed
        if abs(fine - second) < timedelta(seconds=2):
            return fine
    return second


async def small(vantage: Vantage, place: Place, path: str, most: int = 8192) -> bytes:
    """Read a small file of `/proc`; nothing where it is refused."""
    raw = await vantage.read(place, path, most)
    return raw.data if isinstance(raw, Raw) else b""


async def linked(vantage: Vantage, place: Place, path: str) -> str | None:
    """Follow a link of `/proc` one step; None without rights."""
    target = await vantage.readlink(place, path)
    return target if isinstance(target, str) else None


def after(boot: datetime, ticks: int) -> datetime:
    """Return the time so many ticks after boot (at most a century; a number beyond that is no start time)."""
    return boot + timedelta(milliseconds=min(ticks, 10**11 * 3) * 1000 // TICKS)


def kernel_thread(place: Place, pid: int, stat: Stat, boot: datetime) -> ProcessInfo:
    """Make the row of a kernel thread, of which there is nothing more to know; it runs as root."""
    return ProcessInfo(
        process=Process(place=place, pid=pid, started=stat.started),
        parent=stat.parent,
        name=stat.name,
        command=(),
        state=stat.state,
        uid=0,
        gid=0,
        groups=(),
        started=after(boot, stat.started),
        place=place,
        cgroup="",
    )


def manager_root(text: str) -> str:
    """Return the group of the service manager, from process 1's own: the root on a host, another in a container."""
    for line in text.splitlines():
        number_, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers == "name=systemd" or (number_ == "0" and not controllers and "name=systemd" not in text):
            return path.removesuffix("/init.scope") if path.endswith("/init.scope") else ""
    return ""


async def process(
    vantage: Vantage, place: Place, pid: int, boot: datetime, root: str = ""
) -> ProcessInfo | Refusal | None:
    """Read one process; None if it went away, the refusal if the kernel hides it."""
    base = f"/proc/{pid}"
    raw = await vantage.read(place, f"{base}/stat", 4096)
    if isinstance(raw, Refusal):
        return raw
    stat = parse_stat(text_of(raw))
    if stat is None:
        return None
    if stat.flags & KERNEL_THREAD:
        return kernel_thread(place, pid, stat, boot)
    status = parse_status((await small(vantage, place, f"{base}/status")).decode("utf-8", "replace"))
    if status is None:
        return None
    control = parse_cgroup((await small(vantage, place, f"{base}/cgroup")).decode("utf-8", "replace"), root)
    net = await linked(vantage, place, f"{base}/ns/net")
    mnt = await linked(vantage, place, f"{base}/ns/mnt")
    return ProcessInfo(
        process=Process(place=place, pid=pid, started=stat.started),
        parent=stat.parent,
        name=stat.name,
        command=parse_command(await small(vantage, place, f"{base}/cmdline", COMMAND)),
        state=stat.state,
        uid=status.uid,
        gid=status.gid,
        groups=status.groups,
        started=after(boot, stat.started),
        place=Place(host=place.host, net=parse_namespace(net or ""), mnt=parse_namespace(mnt or "")),
        cgroup=control.path,
        unit=control.unit,
        exe=await linked(vantage, place, f"{base}/exe"),
        cwd=await linked(vantage, place, f"{base}/cwd"),
        root=await linked(vantage, place, f"{base}/root"),
    )


def row(info: ProcessInfo) -> str:
    """Write one process as a line of the report."""
    return f"{info.pid} {info.parent} uid={info.uid} {info.state} {' '.join(info.command) or f'[{info.name}]'}"[:300]


@looker(ProcessTable)
async def processes(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read every process of a host; the table is not complete where hidepid hides others' (proc(5))."""
    if not isinstance(want.about, Machine):
        return ()
    vantage, place = around.vantage, want.about.place.machine()
    begun = await vantage.now()
    names = await vantage.list(place, "/proc")
    if isinstance(names, Refusal):
        return gap(want, names, vantage)
    boot = await booted(vantage, place)
    if isinstance(boot, Refusal):
        return gap(want, boot, vantage)
    pids = sorted(pid for pid in map(number, names) if pid is not None)
    # Process 1 never ends: where it is not shown, or not readable, others may be hidden as well.
    complete = 1 in pids and len(pids) <= MOST
    found: list[ProcessInfo] = []
    root = manager_root((await small(vantage, place, "/proc/1/cgroup")).decode("utf-8", "replace"))
    for pid in pids[:MOST]:
        match await process(vantage, place, pid, boot, root):
            case ProcessInfo() as info:
                found.append(info)
            case Refusal() if pid == 1:
                complete = False
            case _:
                pass
    at = Window(start=begun, end=await vantage.now())
    lines = [row(info) for info in found if info.command]
    return (
        ProcessTable(
            about=want.about,
            seen=seen(__name__, at, EvidenceKind.PROCESS, "/proc", lines),
            processes=tuple(found),
            complete=complete,
        ),
    )
