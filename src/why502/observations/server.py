"""Application servers: what they serve, their limits, and what their logs say."""

from enum import Enum

from why502.observations.fact import Event, Fact
from why502.observations.frozen import frozen
from why502.observations.subjects import Address


@frozen
class AppServer(Fact):
    """A running application server (about: Process of its master).

    `binds` are the addresses its command line or configuration names. `capacity` is how many requests it
    can take at once, `workers` how many worker processes live. Seconds; `None` = no limit or not known.
    `source` says where that was read.
    """

    fleeting = True

    product: str
    binds: tuple[Address, ...]
    capacity: int | None
    workers: int
    timeout: float | None
    keepalive: float | None
    unit: str | None
    source: str


@frozen
class Publishes(Fact):
    """A unit or process whose command line, configuration or socket unit names addresses it serves.

    About: that Unit or Process; asked about a Machine for all at once. `source` says where it is written. `sure` is
    false where the address may as well be one that the program connects to.
    `apart`: its settings give it a network or files of its own, so that these are other addresses than they are where
    it is asked from; None where they may be.
    """

    fleeting = True

    binds: tuple[Address, ...]
    source: str
    sure: bool = True
    apart: bool | None = False


class Says(Enum):
    """What a server's log line tells (closed)."""

    LISTENING = "listening"
    ADDRESS_IN_USE = "address-in-use"
    STARTING = "starting"
    STOPPING = "stopping"
    BOOT_FAILED = "boot-failed"
    WORKER_TIMEOUT = "worker-timeout"
    WORKER_KILLED = "worker-killed"
    WORKER_DIED = "worker-died"
    POOL_FULL = "pool-full"
    REQUEST_FAILED = "request-failed"
    INVALID_REQUEST = "invalid-request"


@frozen
class ServerMessage(Event):
    """One telling line of a server's log (about: the Unit, File or Process whose log it is)."""

    fleeting = True

    product: str
    says: Says
    bind: Address | None = None
    pid: int | None = None
