"""Who listens in a network namespace: `/proc` for the rows and their holders, `ss` for the size of the queues."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from why502.host.reading import gap, number, seen, text_of, whole_lines
from why502.host.tables import ROW_BYTES, ROWS, TcpRow, UnixRow, parse_overflows, parse_tcp, parse_unix
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.frozen import frozen
from why502.observations.place import Place, Window
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.sockets import Listener, SocketTable, TcpState, UnixListener
from why502.observations.subjects import Machine
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import No, Raw, ReadOnly, Refusal, Vantage
from why502.vantage.looking import Around, looker

SOCKET = re.compile(r"socket:\[(\d{1,20})\]")
LINKS = 100_000
"""Most descriptors that are looked at to find the holders."""

TRIES = 3


@frozen
class Queue:
    """What `ss` says of a listening socket: connections that wait, most that may wait; `v6only` of IPv6 ones."""

    inode: int
    waiting: int
    most: int
    v6only: bool | None = None


@frozen
class Holders:
    """Which processes hold which socket inodes; `whole` if every process's descriptors could be read.

    A process 1 that is closed even to root (an init guarded by a security module) does not count.
    """

    pids: dict[int, tuple[int, ...]]
    whole: bool


def parse_ss_tcp(lines: Iterable[str]) -> dict[int, Queue]:
    """Read `ss -H -l -n -t -e`: state, Recv-Q, Send-Q, …, then `ino:` and for IPv6 `v6only:`; by inode."""
    found: dict[int, Queue] = {}
    for line in lines:
        words = line.split()
        named = dict(word.split(":", 1) for word in words[5:] if ":" in word)
        queue = _queue(words[:3], named.get("ino", ""), named.get("v6only"))
        if queue is not None:
            found[queue.inode] = queue
    return found


def parse_ss_unix(lines: Iterable[str]) -> dict[int, Queue]:
    """Read `ss -H -l -n -x`: type, state, Recv-Q, Send-Q, path (with blanks, perhaps), inode, `*`, 0; by inode."""
    found: dict[int, Queue] = {}
    for line in lines:
        words = line.split()
        queue = _queue(words[1:4], words[-3], None) if len(words) >= 7 else None  # noqa: PLR2004
        if queue is not None:
            found[queue.inode] = queue
    return found


def _queue(words: Sequence[str], inode: str, v6only: str | None) -> Queue | None:
    if len(words) != 3 or words[0] != "LISTEN":  # noqa: PLR2004
        return None
    waiting, most, socket = number(words[1]), number(words[2]), number(inode)
    if waiting is None or most is None or socket is None:
        return None
    return Queue(inode=socket, waiting=waiting, most=most, v6only=None if v6only is None else v6only == "1")


async def listing(vantage: Vantage, place: Place, pid: str, table: str) -> tuple[list[str], bool] | Refusal:
    """Return the lines of one table and whether it was read to its end."""
    raw = await vantage.read(place, f"/proc/{pid}/net/{table}", ROWS * ROW_BYTES)
    if isinstance(raw, Refusal):
        return raw
    return whole_lines(raw), not raw.cut


async def way_in(want: Want[Fact], around: Around, place: Place) -> str | Gap:
    """Return a process (`self` or a number) whose `/proc/…/net` shows this network namespace."""
    here = around.vantage.here()
    if place.same_network(here):
        return "self"
    if place.net is None:
        says = "the network namespace is not known"
        return Gap(want=want, why=Why.NO_PERMISSION, says=says, unlock=around.vantage.unlock())
    table = await around.get(Want(kind=ProcessTable, about=Machine(place=place.machine())))
    if isinstance(table, Gap):
        return table
    inside = [info.pid for each in table for info in each.processes if info.place.same_network(place)]
    for pid in inside[:TRIES]:
        if isinstance(await around.vantage.read(place.machine(), f"/proc/{pid}/net/sockstat", 4096), Raw):
            return str(pid)
    says = "no process is left in that network namespace, or none that may be seen"
    return Gap(want=want, why=Why.NO_VANTAGE, says=says, unlock=around.vantage.unlock())


def socket_inodes(targets: Iterable[str]) -> set[int]:
    """Pick the sockets among the targets of `/proc/PID/fd/*`."""
    return {int(found[1]) for found in map(SOCKET.fullmatch, targets) if found}


async def _descriptors(vantage: Vantage, place: Place, pid: int, most: int) -> tuple[int, set[int]] | None:
    """Return how many links were read and which sockets they name; None where it is not allowed."""
    names = await vantage.list(place, f"/proc/{pid}/fd")
    if isinstance(names, Refusal):
        return None if names.no is No.DENIED else (0, set())
    targets = [await vantage.readlink(place, f"/proc/{pid}/fd/{name}") for name in names[:most]]
    if any(isinstance(target, Refusal) and target.no is No.DENIED for target in targets):
        return None
    return len(names), socket_inodes(target for target in targets if isinstance(target, str))


async def holders(vantage: Vantage, place: Place, processes: Sequence[ProcessInfo], wanted: set[int]) -> Holders:
    """Find the processes that hold the wanted sockets. Those of other network namespaces are passed over."""
    pids: dict[int, list[int]] = {}
    left, whole = LINKS, True
    for info in processes:
        if not info.command or info.place.net not in {None, place.net}:
            continue
        found = await _descriptors(vantage, place.machine(), info.pid, left)
        if found is None:
            whole = whole and info.pid == 1 and vantage.privileged
            continue
        whole = whole and found[0] <= left
        left = max(0, left - found[0])
        for inode in sorted(found[1] & wanted):
            pids.setdefault(inode, []).append(info.pid)
    return Holders(pids={inode: tuple(found) for inode, found in pids.items()}, whole=whole)


async def queues(vantage: Vantage, place: Place) -> dict[int, Queue]:
    """Ask `ss` in our own namespace; nothing where it is not there."""
    if not place.same_network(vantage.here()):
        return {}
    tcp = await vantage.run(place.network(), ReadOnly.SS_LISTEN_TCP)
    unix = await vantage.run(place.network(), ReadOnly.SS_LISTEN_UNIX)
    found = parse_ss_tcp(whole_lines(tcp)) if isinstance(tcp, Raw) else {}
    return found | (parse_ss_unix(whole_lines(unix)) if isinstance(unix, Raw) else {})


def listener(row: TcpRow, queue: Queue | None, pids: tuple[int, ...]) -> Listener:
    """Join a row of the table with its queue and its holders."""
    return Listener(
        address=row.connection.local,
        port=row.connection.local_port,
        inode=row.connection.inode,
        uid=row.uid,
        queue=row.connection.unread,
        backlog=queue.most if queue else None,
        v6only=queue.v6only if queue else None,
        pids=pids,
    )


def unix_listener(row: UnixRow, waiting: int, queue: Queue | None, pids: tuple[int, ...]) -> UnixListener:
    """Join a row of the table with its queue and its holders."""
    return UnixListener(
        path=row.path,
        inode=row.inode,
        queue=queue.waiting if queue else waiting,
        backlog=queue.most if queue else None,
        pids=pids,
    )


def line(address: str, waiting: int, backlog: int | None, pids: tuple[int, ...]) -> str:
    """Write one listener as a line of the report."""
    held = f" held by {' '.join(map(str, pids[:20]))}" if pids else ""
    return f"LISTEN {waiting}/{'?' if backlog is None else backlog} {address}{held}"


def lines(table: Sequence[Listener], unix: Sequence[UnixListener]) -> list[str]:
    """Write all listeners, TCP first."""
    tcp = [
        line(f"[{each.address}]:{each.port}" if ":" in each.address else f"{each.address}:{each.port}",
             each.queue, each.backlog, each.pids)
        for each in table
    ]  # fmt: skip
    return tcp + [line(f"unix:{each.path}", each.queue, each.backlog, each.pids) for each in unix]


@frozen
class Rows:
    """The tables of a namespace as rows. `whole` as far as listeners go."""

    tcp: tuple[TcpRow, ...]
    unix: tuple[UnixRow, ...]
    waiting: dict[str, int]
    whole: bool


async def rows(vantage: Vantage, place: Place, pid: str) -> Rows | Refusal:
    """Read the three tables. A missing `tcp6` means that the kernel has no IPv6."""
    tcp: list[TcpRow] = []
    whole = True
    for table in ("tcp", "tcp6"):
        read = await listing(vantage, place.machine(), pid, table)
        if isinstance(read, Refusal):
            if table == "tcp6" and read.no is No.MISSING:
                continue
            return read
        parsed = list(parse_tcp(read[0]))
        tcp += [row for row in parsed if row.connection.state is TcpState.LISTEN]
        # The kernel prints the listening sockets first: a table cut behind them misses none.
        whole = whole and (read[1] or any(row.connection.state is not TcpState.LISTEN for row in parsed))
    read = await listing(vantage, place.machine(), pid, "unix")
    if isinstance(read, Refusal):
        return read
    unix = list(parse_unix(read[0]))
    return Rows(
        tcp=tuple(tcp),
        unix=tuple(row for row in unix if row.listening),
        waiting=Counter(row.path for row in unix if row.inode == 0 and not row.listening),
        whole=whole and read[1],
    )


@looker(SocketTable)
async def sockets(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read all that listens in the namespace of a Machine; holders and queues as far as they can be had."""
    if not isinstance(want.about, Machine):
        return ()
    vantage, place = around.vantage, want.about.place
    begun = await vantage.now()
    pid = await way_in(want, around, place)
    if isinstance(pid, Gap):
        return pid
    found = await rows(vantage, place, pid)
    if isinstance(found, Refusal):
        return gap(want, found, vantage)
    overflows = await vantage.read(place.machine(), f"/proc/{pid}/net/netstat", 1 << 16)
    table = await around.get(Want(kind=ProcessTable, about=Machine(place=place.machine())))
    processes = () if isinstance(table, Gap) else tuple(info for each in table for info in each.processes)
    known = not isinstance(table, Gap) and all(each.complete for each in table)
    wanted = {row.connection.inode for row in found.tcp} | {row.inode for row in found.unix}
    held = await holders(vantage, place, processes, wanted)
    sizes = await queues(vantage, place)
    listeners = tuple(
        listener(row, sizes.get(row.connection.inode), held.pids.get(row.connection.inode, ())) for row in found.tcp
    )
    unix = tuple(
        unix_listener(row, found.waiting.get(row.path, 0), sizes.get(row.inode), held.pids.get(row.inode, ()))
        for row in found.unix
    )
    at = Window(start=begun, end=await vantage.now())
    source = f"/proc/{pid}/net/tcp, tcp6, unix"
    return (
        SocketTable(
            about=want.about,
            seen=seen(__name__, at, EvidenceKind.SOCKET_TABLE, source, lines(listeners, unix)),
            listeners=listeners,
            unix=unix,
            complete=found.whole,
            owners=held.whole and known,
            overflows=parse_overflows(text_of(overflows)) if isinstance(overflows, Raw) else None,
        ),
    )
