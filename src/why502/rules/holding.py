"""Who holds an address as far as it is known, and since when: for suspicions, so whatever the time of the look."""

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.sockets import Listener, SocketTable, UnixListener
from why502.observations.subjects import Address, Endpoint, Machine, SocketPath
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.knowing import known
from why502.rules.listening import WILDCARDS, table_want, takes


@frozen
class Holding:
    """The listeners that take an address, and the processes that hold them, the oldest first."""

    listeners: tuple[Listener | UnixListener, ...]
    holders: tuple[ProcessInfo, ...]
    table: SocketTable
    processes: ProcessTable | None


def address_of(case: Case) -> Address | None:
    """Return the address that the gateway tried, if the failure is about one."""
    about = case.failure.about
    return about if isinstance(about, Endpoint | SocketPath) else None


def processes_want(address: Address) -> Want[ProcessTable]:
    """Return the want of the host's processes."""
    return Want(kind=ProcessTable, about=Machine(place=address.place.machine()))


def holding_wants(address: Address) -> tuple[Want[Fact], ...]:
    """Return what would tell it."""
    return (table_want(address), processes_want(address))


def listeners_at(address: Address, table: SocketTable) -> tuple[Listener | UnixListener, ...]:
    """Return every listener of a table that takes the address, exact ones before wildcards."""
    match address:
        case Endpoint():
            found = [each for each in table.listeners if takes(each, address)]
            return tuple(sorted(found, key=lambda each: (each.address in WILDCARDS, each.inode)))
        case SocketPath(path=path):
            return tuple(each for each in table.unix if each.path == path)


def holding(address: Address, evidence: Evidence) -> Holding | None:
    """Answer from the newest table of that namespace; both tables are asked for at once."""
    processes = known(evidence, processes_want(address))
    table = known(evidence, table_want(address))
    if table is None:
        return None
    listeners = listeners_at(address, table)
    pids = sorted({pid for each in listeners for pid in each.pids})
    found = [info for pid in pids if processes is not None and (info := processes.by_pid(pid)) is not None]
    holders = tuple(sorted(found, key=lambda info: (info.started, info.pid)))
    return Holding(listeners=listeners, holders=holders, table=table, processes=processes)
