"""The socket tables of a network namespace."""

from enum import Enum

from why502.observations.fact import Fact
from why502.observations.frozen import frozen


def _full(queue: int, backlog: int | None) -> bool | None:
    """Tell whether the kernel takes no more: one fits even in a backlog of 0 (`sk_acceptq_is_full` in its sources)."""
    return None if backlog is None else queue > backlog


@frozen
class Listener:
    """A listening TCP socket. `queue` connections wait to be accepted; `pids` is empty without rights.

    `backlog` is what `listen()` was given, cut to the system's limit; one more than that fits.
    """

    address: str
    port: int
    inode: int
    uid: int
    queue: int = 0
    backlog: int | None = None
    v6only: bool | None = None
    pids: tuple[int, ...] = ()

    @property
    def full(self) -> bool | None:
        """Tell whether its queue takes no more; None where its size is not known."""
        return _full(self.queue, self.backlog)


@frozen
class UnixListener:
    """A listening unix socket, by the path it was bound to (`@` for abstract names)."""

    path: str
    inode: int
    queue: int = 0
    backlog: int | None = None
    pids: tuple[int, ...] = ()

    @property
    def full(self) -> bool | None:
        """Tell whether its queue takes no more; None where its size is not known."""
        return _full(self.queue, self.backlog)


@frozen
class SocketTable(Fact):
    """All that listens in one network namespace (about: Machine of that namespace).

    `complete` is false when the table was cut; then its silence about an address says nothing.
    `owners` tells whether the holders of sockets could be read. `drops`: ListenOverflows so far.
    """

    fleeting = True

    listeners: tuple[Listener, ...]
    unix: tuple[UnixListener, ...]
    complete: bool = True
    owners: bool = False
    overflows: int | None = None


class TcpState(Enum):
    """States as the kernel numbers them (include/net/tcp_states.h)."""

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECV = 3
    FIN_WAIT1 = 4
    FIN_WAIT2 = 5
    TIME_WAIT = 6
    CLOSE = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10
    CLOSING = 11
    NEW_SYN_RECV = 12


@frozen
class Connection:
    """One TCP connection (or a unix one: addresses are then paths). Queues are in bytes."""

    local: str
    local_port: int
    remote: str
    remote_port: int
    state: TcpState
    inode: int
    unsent: int = 0
    unread: int = 0


@frozen
class Connections(Fact):
    """The connections of a namespace that involve one endpoint, at either end (about: that Endpoint)."""

    fleeting = True

    connections: tuple[Connection, ...]
    complete: bool = True


@frozen
class OwnAddresses(Fact):
    """The addresses that are a network namespace's own (about: Machine of that namespace)."""

    fleeting = True

    addresses: tuple[str, ...]


@frozen
class Redirects(Fact):
    """What may hand a connection on that a host makes to an address (about: that Endpoint): NAT, IPVS.

    `rules` are those that may match it, as text; none where the connection meets the sockets of the address itself.
    """

    fleeting = True

    rules: tuple[str, ...]
