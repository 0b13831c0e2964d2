"""What a probe met. A refusal is an answer, never an exception."""

from datetime import datetime
from enum import Enum

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.want import As


class Met(Enum):
    """How a connection attempt ended."""

    CONNECTED = "connected"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    NO_SOCKET = "no-socket"
    QUEUE_FULL = "queue-full"
    EXHAUSTED = "exhausted"
    OTHER = "other"


@frozen
class TcpAttempt(Fact):
    """One connect to an Endpoint or SocketPath, nothing said. `errno` is the system's own number."""

    met: Met
    errno: int | None
    seconds: float
    how: As


@frozen
class Certificate:
    """What matters of a certificate. Times in UTC.

    `issuer_at` is where it says that its issuer's own certificate is to be had (RFC 5280, section 4.2.2.1).
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str
    self_signed: bool
    issuer_at: str = ""


class Handshake(Enum):
    """How a TLS handshake ended."""

    DONE = "done"
    NOT_TLS = "not-tls"
    ALERT = "alert"
    CLOSED = "closed"
    RESET = "reset"
    TIMED_OUT = "timed-out"
    OTHER = "other"


@frozen
class TlsAttempt(Fact):
    """One TLS handshake (about: Endpoint). `first` are the peer's first bytes, shown where they are no TLS.

    `wants_certificate`: the peer asked for a certificate of the client, which it may need or only like to have.
    """

    met: Met
    handshake: Handshake | None
    version: str | None
    alpn: str | None
    chain: tuple[Certificate, ...]
    error: str
    first: bytes
    seconds: float
    how: As
    wants_certificate: bool = False


class Reply(Enum):
    """How an upstream answered a request, judged as the gateway would judge it."""

    ANSWERED = "answered"
    CLOSED = "closed"
    RESET = "reset"
    TIMED_OUT = "timed-out"
    INVALID = "invalid"
    TOO_BIG = "too-big"


@frozen
class ResponseAttempt(Fact):
    """One request to an upstream in its own protocol (about: Endpoint or SocketPath).

    `reply` is `None` when no connection came about (`met` says why). `head_bytes` counts the response
    head with its status line as the gateway's buffer has to hold it, up to what was read
    (`head_complete`); `wrong` says what is no valid response, byte for byte. Seconds from sending to the
    complete head.
    """

    met: Met
    reply: Reply | None
    status: int | None
    head: str
    head_bytes: int
    head_complete: bool
    wrong: str
    first: bytes
    seconds: float
    how: As


@frozen
class IdleClose(Fact):
    """How long an upstream keeps an idle connection (about: Endpoint or SocketPath).

    After one sound answer the probe stays silent. `seconds` until the upstream closed, `None` if it did not within
    `how.limit`; `kept` is false where it closed right after its answer, as `Connection: close` announces.
    """

    kept: bool
    seconds: float | None
    how: As


@frozen
class NameAnswer(Fact):
    """What one resolver says of a Name. `server` is `system` (the C library's way) or the name server's address."""

    server: str
    addresses: tuple[str, ...]
    code: str
    seconds: float
