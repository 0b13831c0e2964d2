"""Which application server answers at an address, by the processes that hold its listener."""

from why502.observations.frozen import frozen
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import AppServer
from why502.observations.sockets import Listener, SocketTable, UnixListener
from why502.observations.subjects import Address, Machine, Process
from why502.observations.want import Evidence, Want
from why502.rules.asking import every, one
from why502.rules.hearing import servers_at
from why502.rules.holding import processes_want
from why502.rules.knowing import known
from why502.rules.listening import Listens, who_listens
from why502.rules.publishing import names_address

LOOPS = frozenset({"node", "uvicorn"})
"""Servers whose processes take every connection in one event loop: they have no pool that could be busy."""


@frozen
class Serving:
    """The listener of an address, the processes that hold it, and the application server (or pool) they belong to.

    No server where several share the address: which of them gets a connection is not known.
    """

    listener: Listener | UnixListener
    table: SocketTable
    holders: tuple[ProcessInfo, ...]
    server: AppServer | None
    processes: ProcessTable


def serving(address: Address, evidence: Evidence) -> Serving | None:
    """Answer where the table, its holders and the processes are known."""
    held = who_listens(address, evidence)
    machine = Machine(place=address.place.machine())
    processes = one(evidence, Want(kind=ProcessTable, about=machine))
    servers = every(evidence, Want(kind=AppServer, about=machine))
    if not isinstance(held, Listens) or processes is None:
        return None
    holders = tuple(info for pid in held.listener.pids if (info := processes.by_pid(pid)) is not None)
    pids = {info.pid for info in holders}
    ours = [each for each in servers or () if _master(each) in pids]
    return Serving(
        listener=held.listener,
        table=held.table,
        holders=holders,
        server=_pool(ours, address) if held.alone else None,
        processes=processes,
    )


def _pool(servers: list[AppServer], address: Address) -> AppServer | None:
    """Choose among the pools of one master the one that names the address."""
    named = [each for each in servers if any(names_address(bind, address) for bind in each.binds)]
    found = named or servers
    return found[0] if len(found) == 1 else None


def _master(server: AppServer) -> int | None:
    return server.about.pid if isinstance(server.about, Process) else None


def first_holder(held: Serving) -> ProcessInfo | None:
    """Return the oldest process that holds the listener: the master of a server that forks."""
    return min(held.holders, key=lambda info: (info.started, info.pid), default=None)


def event_loop(address: Address, evidence: Evidence) -> AppServer | None:
    """Return the server if it takes connections in an event loop, which a sound application never keeps busy."""
    held = serving(address, evidence)
    server = held.server if held is not None and held.holders else named_server(address, evidence)
    return server if server is not None and server.product in LOOPS else None


def named_server(address: Address, evidence: Evidence) -> AppServer | None:
    """Return the only server that was told to bind the address: a guess where nobody may see who holds it."""
    found = servers_at(address, evidence)
    return found[0] if len(found) == 1 else None


def family(address: Address, evidence: Evidence) -> tuple[ProcessInfo, ...]:
    """Return that server's master and its children."""
    server, table = named_server(address, evidence), known(evidence, processes_want(address))
    pid = _master(server) if server is not None else None
    if pid is None or table is None:
        return ()
    return tuple(each for each in table.processes if pid in {each.pid, each.parent})
