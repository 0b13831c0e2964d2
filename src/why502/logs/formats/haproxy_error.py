"""HAProxy's lines that are no requests: states of servers and proxies, and client connections that came to nothing.

A server that a health check takes down, a backend without a server left and a connect without a free port tell a
failure; such a line is a message if what stands before it has a full date (HAProxy itself writes none there), else it
is only known as no request. Errors of client connections never tell of servers.
"""

import re

from why502.logs.format import Example, Judged, LogFormat, Signs
from why502.logs.plan import Kind, Literal, Plan, Role, Step, Take
from why502.logs.prefixes import Prefix, prefixes
from why502.observations.failure import FailureId

NAME = "haproxy-error"
_STARTS = (
    b"Server ",
    b"Proxy ",
    b"backend ",
    b"Connect() failed ",
    b"Health check for server ",
    b"Stopping ",
    b"Pausing ",
    b"Resuming ",
    b"Loading success",
    b"Loading failure",
    b"New worker ",
    b"Initializing new worker",
    b"Connect from ",
    b"[NOTICE] ",
    b"[WARNING] ",
    b"[ALERT] ",
    b"[EMERG] ",
)
_LOOKS = rb"(?:" + b"|".join(re.escape(start) for start in _STARTS) + rb"|\S{2,60}:\d{1,9} \[\d\d/)"
_REST = Take(role=Role.NONE)


def _up_to(role: Role, stop: bytes) -> tuple[Step, ...]:
    return (Take(role=role, stop=stop, bare=True), Literal(text=stop))


_DOWN: tuple[Step, ...] = (
    Literal(text=b"Server "),
    *_up_to(Role.UPSTREAM, b" "),
    Literal(text=b"is DOWN, reason: "),
    Take(role=Role.WORD_A, stop=b","),
    Literal(text=b","),
    _REST,
)
_EMPTY: tuple[Step, ...] = (Literal(text=b"backend "), *_up_to(Role.UPSTREAM, b" "), Take(role=Role.WORD_B))
_CONNECT: tuple[Step, ...] = (
    Literal(text=b"Connect() failed for backend "),
    *_up_to(Role.UPSTREAM, b":"),
    Literal(text=b" "),
    Take(role=Role.WORD_C),
)
_CLIENT: tuple[Step, ...] = (
    *_up_to(Role.CLIENT, b":"),
    *_up_to(Role.NONE, b" "),
    Literal(text=b"["),
    Take(role=Role.TIME, stop=b"]", bare=True),
    Literal(text=b"] "),
    *_up_to(Role.NONE, b":"),
    Literal(text=b" "),
    _REST,
)


def _messages(prefix: Prefix) -> tuple[Plan, ...]:
    if not prefix.dated:
        return ()
    return tuple(
        Plan(
            name=NAME,
            kind=Kind.MESSAGE,
            steps=(*prefix.dated, *each),
            needs=frozenset({Role.TIME, Role.UPSTREAM}),
        )
        for each in (_DOWN, _EMPTY, _CONNECT)
    )


def _others(prefix: Prefix) -> tuple[Plan, ...]:
    starts = [(Literal(text=start), _REST) for start in _STARTS]
    return tuple(
        Plan(name=NAME, kind=Kind.OTHER, steps=(*prefix.steps, *each), needs=frozenset()) for each in (*starts, _CLIENT)
    )


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    found = prefixes(first, _LOOKS)
    return (*(plan for each in found for plan in _messages(each)), *(plan for each in found for plan in _others(each)))


_CHECKS = {
    b"Layer4 connection problem": FailureId.CONNECT_REFUSED,
    b"Layer4 timeout": FailureId.CONNECT_TIMEOUT,
    b"Layer6 timeout": FailureId.TLS_FAILED,
    b"Layer6 invalid response": FailureId.TLS_FAILED,
    b"Layer7 timeout": FailureId.RESPONSE_TIMEOUT,
    b"Layer7 invalid response": FailureId.INVALID_RESPONSE,
    b"Layer7 wrong status": FailureId.UPSTREAM_ANSWERED_ERROR,
    b"Socket error": FailureId.CONNECT_EXHAUSTED,
}


def judge(signs: Signs) -> Judged:
    """Judge a message: the result of a health check (word A), an empty backend (B), a failed connect (C)."""
    check, empty, connect, _ = signs.words
    failure = _CHECKS.get(check)
    if empty.startswith(b"has no server available"):
        failure = FailureId.NO_LIVE_UPSTREAM
    elif connect:
        failure = FailureId.CONNECT_EXHAUSTED
    return Judged(failed=failure is not None, failure=failure)


EXAMPLES = (
    Example(
        line=b"2026-11-21T02:45:59.120000+00:00 edge haproxy[26005]: Server app/s1 is DOWN, reason: Layer4 connection "
        b'problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left.',
        at="2026-11-21T02:45:59Z",
        upstream="app/s1",
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"<129>1 2026-11-21T02:46:00.120000+00:00 edge haproxy 26005 - - Server app/s1 is DOWN, reason: "
        b'Layer7 wrong status, code: 503, info: "Service Unavailable", check duration: 0ms. 0 active',
        at="2026-11-21T02:46:00Z",
        upstream="app/s1",
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b"2026-11-21T02:45:59.120000+00:00 edge haproxy[26005]: backend app has no server available!",
        at="2026-11-21T02:45:59Z",
        upstream="app",
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b"<131>1 2026-11-21T02:50:34.120000+00:00 edge haproxy 30011 - - Connect() failed for backend app: "
        b"no free ports.",
        at="2026-11-21T02:50:34Z",
        upstream="app",
        failed=True,
        failure=FailureId.CONNECT_EXHAUSTED,
    ),
    Example(
        line=b"<129>Nov 21 02:45:59 haproxy[26005]: Server app/s1 is DOWN, reason: Layer7 wrong status, code: 502, "
        b'info: "Bad Gateway", check duration: 0ms. 0 active and 0 backup servers left.',
        at="1970-01-01T00:00:00Z",
    ),
    Example(
        line=b"127.0.0.1:50740 [21/Nov/2026:19:00:51.505] e/1: SSL handshake failure (asked for: x 502 )",
        at="2026-11-21T19:00:51Z",
        client="127.0.0.1",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="haproxy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="HAProxy, src/server.c, src/check.c, src/backend.c, configuration manual 8.2.5 (error log format); "
    "seen with 2.6.12 and 2.8.25",
    rank=45,
)
