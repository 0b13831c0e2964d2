"""The one door to the outside: read-only verbs, each with a place and limits; every answer is an answer."""

from datetime import datetime
from enum import Enum
from typing import Protocol

from why502.observations.frozen import frozen
from why502.observations.place import Place, Window
from why502.observations.probes import Certificate, Met
from why502.observations.subjects import Address
from why502.observations.want import As, User, Why


class No(Enum):
    """Why a verb was refused (closed)."""

    MISSING = "missing"
    DENIED = "denied"
    NOT_REGULAR = "not-regular"
    TIMED_OUT = "timed-out"
    NO_TOOL = "no-tool"
    NO_WAY_IN = "no-way-in"
    FAILED = "failed"


@frozen
class Refusal:
    """A verb that gave nothing. `errno` is the system's number where there is one; `text` is bounded and redacted."""

    no: No
    at: Window
    text: str = ""
    errno: int | None = None
    met: Met | None = None


@frozen
class Raw:
    """Bytes as they were read (redacted, length kept). `cut`: there was more than was asked for.

    `start` is the offset of the first byte, `size` the whole size of the file where known;
    `changed` its mtime.
    """

    data: bytes
    at: Window
    source: str
    cut: bool = False
    start: int = 0
    size: int | None = None
    changed: datetime | None = None
    status: int = 0


@frozen
class Entry:
    """What `stat` tells: times in UTC, `kind` as in `files.Inode`."""

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    inode: int
    mtime: datetime
    ctime: datetime
    target: str | None
    at: Window


class ReadOnly(Enum):
    """The closed set of commands; `{}` is one argument that is checked against the pattern beside it.

    They are run from fixed system directories with a clean environment and `LC_ALL=C`, without a shell.
    """

    SS_LISTEN_TCP = ("ss", "-H", "-l", "-n", "-t", "-e")
    SS_LISTEN_UNIX = ("ss", "-H", "-l", "-n", "-x")
    KERNEL_LOG = ("dmesg", "--time-format", "iso")
    KERNEL_JOURNAL = ("journalctl", "-k", "-o", "short-iso-precise", "--no-pager", "-q", "--since", "{}")
    UNITS = ("systemctl", "show", "--no-pager", "--all", "*.service", "*.socket")
    UNIT = ("systemctl", "show", "--no-pager", "--", "{}")
    UNIT_FILES = ("systemctl", "list-unit-files", "--no-pager", "--no-legend", "--type=service,socket")
    UNIT_JOURNAL = (
        "journalctl",
        "--no-pager",
        "-q",
        "-o",
        "json",
        "--output-fields=MESSAGE,_PID,_SOURCE_REALTIME_TIMESTAMP",
        "-n",
        "2000",
        "--since",
        "{}",
        "-u",
        "{}",
    )
    NGINX_VERSION = ("nginx", "-V")
    NFT_RULES = ("nft", "-j", "list", "ruleset")
    LEGACY_NAT = ("iptables-legacy-save", "-t", "nat")
    LEGACY_NAT_SIX = ("ip6tables-legacy-save", "-t", "nat")


class Stream(Protocol):
    """A connection. Bytes received are redacted, length kept; a time-out or reset is a Refusal, an end is b"".

    `tls` is what the handshake met, when the connection was made with TLS; `seconds` from start to ready.
    """

    seconds: float
    tls: "TlsMet | None"
    local: str

    async def send(self, data: bytes) -> Refusal | None:
        """Send all of it, or say why not."""
        ...

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return what came within `limit` seconds; `b""` at the end of the stream."""
        ...

    async def close(self) -> None:
        """Hang up; never fails."""
        ...


@frozen
class TlsMet:
    """What a TLS handshake gave. `verified` is empty when the chain is good for the name in the system's store.

    `wants_certificate`: the peer asked for a certificate of the client (CertificateRequest), be it needed or not.
    """

    version: str
    alpn: str | None
    chain: tuple[Certificate, ...]
    verified: str
    wants_certificate: bool = False


@frozen
class TlsRefusal(Refusal):
    """A connection that came about, and a handshake that did not. `first` are the peer's first bytes."""

    handshake: str = ""
    first: bytes = b""
    seconds: float = 0.0
    chain: tuple[Certificate, ...] = ()
    wants_certificate: bool = False


@frozen
class Resolved:
    """Addresses in the resolver's order; `code` is NOERROR, NXDOMAIN, SERVFAIL, REFUSED, NODATA, …."""

    addresses: tuple[str, ...]
    code: str
    at: Window
    seconds: float


class Vantage(Protocol):
    """A place to look from. Every verb answers; none raises for what it finds. Every answer is recorded."""

    name: str
    kind: str
    privileged: bool

    def here(self) -> Place:
        """Return the place of the tool itself on that vantage."""
        ...

    def covers(self, place: Place) -> Why | None:
        """Return why this vantage cannot look into a place, or None if it can."""
        ...

    def unlock(self) -> str:
        """Return the exact command that would give this vantage the rights it lacks."""
        ...

    async def now(self) -> datetime:
        """Return the time there, in UTC (recorded: nothing else may ask a clock)."""
        ...

    async def token(self) -> str:
        """Return 12 random hex digits (recorded, so that a replay asks with the same)."""
        ...

    async def read(
        self, place: Place, path: str, most: int, tail: bool = False, reader: User | None = None
    ) -> Raw | Refusal:
        """Read up to `most` bytes of a regular file or of /proc, /sys; from its end with `tail`.

        With `reader`, what that user could not read is refused.
        """
        ...

    async def list(self, place: Place, path: str) -> tuple[str, ...] | Refusal:
        """Return the names in a directory, sorted; 100,000 at most."""
        ...

    async def stat(self, place: Place, path: str) -> Entry | Refusal:
        """Look at one path without following a last link."""
        ...

    async def readlink(self, place: Place, path: str) -> str | Refusal:
        """Return where a link points."""
        ...

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        """Run one of the closed set of commands, in the place's network; 5 s and 8 MiB at most."""
        ...

    async def connect(self, to: Address, how: As) -> "Stream | Refusal":
        """Connect, with TLS if `how.tls` is given; as `how.user` and in the place of `to`."""
        ...

    async def resolve(self, place: Place, name: str, server: str | None = None) -> Resolved | Refusal:
        """Ask the system's resolver, or one name server (`address` or `address:port`) for A and AAAA."""
        ...
