"""What a gateway saw when it spoke to its upstream (the closed list of `docs/causes.md`)."""

from enum import Enum

from why502.observations.fact import Event
from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.observations.subjects import Endpoint, Process, Route


class FailureId(Enum):
    """The public identifiers; they never change meaning once released."""

    RESOLVE_FAILED = "resolve-failed"
    CONNECT_REFUSED = "connect-refused"
    CONNECT_TIMEOUT = "connect-timeout"
    CONNECT_UNREACHABLE = "connect-unreachable"
    CONNECT_DENIED = "connect-denied"
    CONNECT_NO_SOCKET = "connect-no-socket"
    CONNECT_EXHAUSTED = "connect-exhausted"
    TLS_FAILED = "tls-failed"
    CLOSED_BEFORE_RESPONSE = "closed-before-response"
    RESET_BEFORE_RESPONSE = "reset-before-response"
    RESPONSE_TIMEOUT = "response-timeout"
    INVALID_RESPONSE = "invalid-response"
    HEADER_TOO_BIG = "header-too-big"
    TRUNCATED_RESPONSE = "truncated-response"
    NO_LIVE_UPSTREAM = "no-live-upstream"
    GATEWAY_LIMIT = "gateway-limit"
    SPAWN_FAILED = "spawn-failed"
    UPSTREAM_ANSWERED_ERROR = "upstream-answered-error"
    UNKNOWN = "unknown"


CauseId = str


@frozen
class Request:
    """A request as it was sent; `url` without credentials, `token` is our mark in the User-Agent."""

    method: str
    url: str
    host: str
    path: str
    token: str | None = None


@frozen
class Hop:
    """One gateway on the way. `before` points towards the client."""

    gateway: Process | Endpoint
    product: str | None = None
    version: str | None = None
    route: Route | None = None
    before: "Hop | None" = None


@frozen
class Failure(Event):
    """One failed attempt, or a group of equal log lines; `about` is the upstream that was tried.

    `may_be` narrows an `UNKNOWN` failure: what an answer without a log line leaves possible.
    `live` says that our own request met it. `rescued` says that another attempt made it good.
    `moments` are a moment just before our request and one at which it was seen waiting: tables looked at
    then are asked for with these windows.
    `detail` holds what the gateway's own message says beyond the id: `errno`, `phase`, `alert`, …
    """

    fleeting = True

    id: FailureId
    hop: Hop
    request: Request | None = None
    count: int = 1
    may_be: frozenset[FailureId] = frozenset()
    live: bool = False
    rescued: bool = False
    moments: tuple[Window, ...] = ()
    detail: tuple[tuple[str, str], ...] = ()

    def told(self, key: str) -> str | None:
        """Return one detail of the gateway's message, if it has it."""
        return dict(self.detail).get(key)
