"""Which application server answers at an address, by the processes that hold its listener."""

from why502.observations.frozen import frozen
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import AppServer
from why502.observations.sockets import Listener, SocketTable, UnixListener
from why502.observations.subjects import Address, Machine, Process
from why502.observations.want import Evidence, Want
from why502.rules.asking import every, one
from why502.rules.listening import Listens, who_listens


@frozen
class Serving:
    """The listener of an address, the processes that hold it, and the application server they belong to."""

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
    server = next((each for each in servers or () if _master(each) in pids), None)
    return Serving(listener=held.listener, table=held.table, holders=holders, server=server, processes=processes)


def _master(server: AppServer) -> int | None:
    return server.about.pid if isinstance(server.about, Process) else None


def first_holder(held: Serving) -> ProcessInfo | None:
    """Return the oldest process that holds the listener: the master of a server that forks."""
    return min(held.holders, key=lambda info: (info.started, info.pid), default=None)
