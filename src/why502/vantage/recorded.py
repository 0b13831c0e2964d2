"""What a recording holds: which verb was asked with what, and what came of it."""

from datetime import datetime

from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.observations.subjects import Address
from why502.observations.want import As, User, Why
from why502.vantage.base import Entry, Raw, ReadOnly, Refusal, Resolved, TlsMet, TlsRefusal


class BundleError(ValueError):
    """A file that is no bundle, or cannot be read as one; the message is one line."""


@frozen
class Now:
    """The clock was asked. `by` is the look that asked: looks overlap, and in a replay none waits for its time."""

    by: str = ""


@frozen
class Token:
    """A random token was asked for."""


@frozen
class Covers:
    """Asked whether the vantage can look into a place."""

    place: Place


@frozen
class Read:
    """The arguments of `read`."""

    place: Place
    path: str
    most: int
    tail: bool = False
    reader: User | None = None


@frozen
class List:
    """The arguments of `list`."""

    place: Place
    path: str


@frozen
class Stat:
    """The arguments of `stat`."""

    place: Place
    path: str


@frozen
class Link:
    """The arguments of `readlink`."""

    place: Place
    path: str


@frozen
class Run:
    """The arguments of `run`; `command` is the name of the member of `ReadOnly`."""

    place: Place
    command: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def of(cls, place: Place, command: ReadOnly, arguments: tuple[str, ...]) -> "Run":
        """Name the command, whose value is a whole command line."""
        return cls(place=place, command=command.name, arguments=arguments)


@frozen
class Connect:
    """The arguments of `connect`; secrets in `how` are redacted."""

    to: Address
    how: As


@frozen
class Resolve:
    """The arguments of `resolve`."""

    place: Place
    name: str
    server: str | None = None


Ask = Now | Token | Covers | Read | List | Stat | Link | Run | Connect | Resolve


@frozen
class Exchange:
    """A connection that came about: what each `receive` and each `send` gave, in order. What was sent is not kept."""

    seconds: float
    local: str
    tls: TlsMet | None
    received: tuple[bytes | Refusal, ...] = ()
    sent: tuple[Refusal | None, ...] = ()


Given = Raw | Entry | Resolved | Exchange | Refusal | TlsRefusal | tuple[str, ...] | str | datetime | Why | None


@frozen
class Record:
    """One verb asked and answered. `after` counts the seconds since the recording began."""

    ask: Ask
    given: Given
    after: float
