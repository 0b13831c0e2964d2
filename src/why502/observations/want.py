"""Asking: what is wanted, what came of it, and what could not be had."""

from enum import Enum, IntEnum
from typing import Generic, Protocol, TypeVar

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.observations.subjects import Subject

F = TypeVar("F", bound=Fact)
F_co = TypeVar("F_co", bound=Fact, covariant=True)


class Protocols(Enum):
    """What is spoken to an upstream."""

    NOTHING = "nothing"
    HTTP = "http"
    FASTCGI = "fastcgi"
    UWSGI = "uwsgi"
    SCGI = "scgi"
    GRPC = "grpc"


@frozen
class TlsAs:
    """How TLS is spoken: the name sent (`None`: no SNI), protocols offered, newest version allowed.

    `verify` is for the client's own request: nothing is sent to a peer whose certificate is not good for it.
    """

    server_name: str | None = None
    alpn: tuple[str, ...] = ()
    newest: str | None = None
    verify: bool = False


@frozen
class User:
    """Whose rights a connection is made with."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@frozen
class As:
    """How a probe speaks, so that it is alike to the gateway's own connection.

    `arrives` is the address and port at which a gateway takes the request whose route is asked for.
    `limit` is in seconds, for the whole exchange.
    """

    protocol: Protocols = Protocols.NOTHING
    tls: TlsAs | None = None
    user: User | None = None
    source: str | None = None
    host: str | None = None
    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    arrives: tuple[str, int] | None = None
    limit: float = 2.0


class Cost(IntEnum):
    """What a look costs the world; cheap looks are made first."""

    READ = 1
    PACKET = 2
    REQUEST = 3


class Why(Enum):
    """Why a want could not be met (closed)."""

    NO_VANTAGE = "no-vantage"
    NO_PERMISSION = "no-permission"
    NO_TOOL = "no-tool"
    TIMED_OUT = "timed-out"
    TOO_OLD = "too-old"
    UNREADABLE = "unreadable"
    SWITCHED_OFF = "switched-off"
    OVER_BUDGET = "over-budget"
    OUR_BUG = "our-bug"


@frozen
class Want(Generic[F_co]):
    """A kind of fact about a subject. Equal wants are one look.

    `window` is for logs that reach back: `None` means the state as it is now, or the period of the run.
    """

    kind: type[F_co]
    about: Subject
    window: Window | None = None
    how: As | None = None


@frozen
class Gap:
    """A want that could not be met, why, and the exact act that would unlock it here."""

    want: "Want[Fact]"
    why: Why
    says: str
    unlock: str


@frozen
class Held(Generic[F_co]):
    """Facts that hold over the window. Empty: looked, and there is none of this kind."""

    facts: tuple[F_co, ...]


@frozen
class Stale(Generic[F_co]):
    """Known, but seen outside the window and not known to be older: no reason for a proof."""

    facts: tuple[F_co, ...]


@frozen
class Open:
    """Not looked yet."""

    want: "Want[Fact]"


class Evidence(Protocol):
    """What a judge may ask."""

    def ask(self, want: Want[F]) -> Held[F] | Stale[F] | Gap | Open:
        """Return what is known over the window of the case at hand; asking records the want."""
        ...
