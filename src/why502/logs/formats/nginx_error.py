"""nginx's error log: what it says of upstreams, the connection number and the client; nothing behind a client's words.

nginx escapes nothing, so a request line or Host may hold `", upstream: "…`. Only what stands before any such text is
taken: time, connection, message, phase, client. The upstream is told by the access line of the same connection.
"""

import re

from why502.logs import nginx_messages
from why502.logs.format import Example, Judged, LogFormat, Signs
from why502.logs.nginx_error import Level, NginxErrorLine
from why502.logs.plan import Kind, Literal, Plan, Role, Seek, Step, Take
from why502.observations.failure import FailureId

NAME = "nginx-error"

_CLIENT: tuple[Step, ...] = (
    Literal(text=b", client: "),
    Take(role=Role.CLIENT, stop=b",", bare=True),
    Literal(text=b", server: "),
    Take(role=Role.NONE),
)


def _head(*behind: Step, level: bytes = b"") -> tuple[Step, ...]:
    """Begin a row: time, level, process; `level` where only that one is meant."""
    leveled: tuple[Step, ...] = (
        (Literal(text=b" [" + level + b"] "),)
        if level
        else (Literal(text=b" ["), Take(role=Role.WORD_D, stop=b"]"), Literal(text=b"] "))
    )
    return (
        # `YYYY/MM/DD hh:mm:ss`: the bracket's own blank ends it.
        Take(role=Role.DATE, stop=b" "),
        Literal(text=b" "),
        Take(role=Role.TIME, stop=b" "),
        *leveled,
        Take(role=Role.NONE, stop=b"#"),
        Literal(text=b"#"),
        Take(role=Role.NONE, stop=b":"),
        Literal(text=b": "),
        *behind,
    )


_CONNECTION: tuple[Step, ...] = (Literal(text=b"*"), Take(role=Role.KEY, stop=b" "), Literal(text=b" "))


def _plan(*steps: Step, kind: Kind = Kind.MESSAGE, level: bytes = b"") -> Plan:
    return Plan(name=NAME, kind=kind, steps=_head(*steps, level=level), needs=frozenset({Role.DATE, Role.TIME}))


def _noise(begins: bytes) -> Plan:
    """Count a line that is no upstream's: the files and names in such messages are endlessly many."""
    return _plan(*_CONNECTION, Literal(text=begins), Take(role=Role.NONE), kind=Kind.OTHER)


PLANS = (
    # What may be longer than a word: the path of a socket, and what the TLS library says.
    _plan(
        *_CONNECTION,
        Literal(text=b"connect() to unix:"),
        Seek(text=b" failed ("),
        Take(role=Role.WORD_B, stop=b":", bare=True),
        Seek(text=b") while "),
        Take(role=Role.WORD_C, stop=b","),
        *_CLIENT,
    ),
    _plan(
        *_CONNECTION,
        Literal(text=b"SSL_"),
        Take(role=Role.WORD_A, stop=b" "),
        Literal(text=b" failed (SSL: "),
        Seek(text=b") while "),
        Take(role=Role.WORD_C, stop=b","),
        *_CLIENT,
    ),
    # Messages with commas of their own.
    _plan(
        *_CONNECTION,
        Literal(text=b"limiting "),
        Take(role=Role.WORD_B, stop=b","),
        Literal(text=b", excess: "),
        Take(role=Role.NONE, stop=b","),
        *_CLIENT,
    ),
    _plan(
        *_CONNECTION,
        Literal(text=b"upstream sent duplicate header line: "),
        Seek(text=b", ignored while "),
        Take(role=Role.NONE),
        kind=Kind.OTHER,
    ),
    _noise(b'open() "'),
    _noise(b'directory index of "'),
    _noise(b"access forbidden by rule"),
    _noise(b'user "'),
    _noise(b'FastCGI sent in stderr: "'),
    _noise(b"client intended to send too large body"),
    _noise(b"a client request body is buffered"),
    _noise(b"an upstream response is buffered"),
    _plan(*_CONNECTION, Take(role=Role.WORD_A, stop=b","), *_CLIENT),
    # Only the beginning of the others is taken.
    _plan(*_CONNECTION, Take(role=Role.WORD_A, stop=b","), Literal(text=b", "), Take(role=Role.NONE)),
    _plan(*_CONNECTION, Take(role=Role.WORD_A)),
    _plan(Take(role=Role.NONE), kind=Kind.OTHER, level=b"notice"),
    _plan(Take(role=Role.NONE), kind=Kind.OTHER, level=b"info"),
    _plan(Take(role=Role.NONE), kind=Kind.OTHER, level=b"debug"),
    _plan(Take(role=Role.WORD_A, stop=b","), Literal(text=b", resolver: "), Take(role=Role.NONE)),
    _plan(Take(role=Role.WORD_A)),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


_SPLIT = re.compile(
    r"(?P<text>.*?)(?: \((?P<errno>\d{1,6}): [^()]{1,80}\))?(?: while (?P<phase>[A-Za-z][A-Za-z0-9/ -]*))?\Z", re.DOTALL
)
_LUA = re.compile(r"\[lua\] \S+ balance\(\): (?:no peer was returned|attempted to proxy to self)\Z")
_LEVELS = {each.value.encode(): each for each in Level}


def judge(signs: Signs) -> Judged:
    """Judge a message (`WORD_A`) from its first letter: nginx's own words stand there, others' only behind.

    `WORD_B`: the number of an error; `WORD_C`: the phase; `WORD_D`: the level.
    """
    level = _LEVELS.get(signs.words[3])
    if level is None or (level is Level.WARN and b"worker_connections" in signs.words[0]):
        # As a warning it goes on `, reusing connections`.
        return Judged()
    failure = _failure(level, *(each.decode("utf-8", "replace") for each in signs.words[:3]))
    return Judged(failed=failure is not None, failure=failure)


def _failure(level: Level, said: str, told: str, phase: str) -> FailureId | None:
    if told and not phase:
        return FailureId.GATEWAY_LIMIT if told == "requests" and level in nginx_messages.FAULT else None
    if told:
        line = NginxErrorLine(level=level, text="connect() to unix:/ failed", errno=_number(told), phase=phase)
    elif phase:
        line = NginxErrorLine(level=level, text=f"SSL_{said} failed", phase=phase)
    elif _LUA.match(said):
        return FailureId.NO_LIVE_UPSTREAM
    elif (found := _SPLIT.match(said)) is not None:
        errno = _number(found["errno"]) if found["errno"] else None
        line = NginxErrorLine(level=level, text=found["text"], errno=errno, phase=found["phase"] or "")
    else:
        return None
    spoken = nginx_messages.failure_of(line)
    return None if spoken is None else spoken.id


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() else 0


EXAMPLES = (
    Example(
        line=b"2026/11/20 14:02:11 [error] 7#7: *42 connect() failed (111: Connection refused) while connecting to "
        b'upstream, client: 127.0.0.1, server: a.example, request: "GET / HTTP/1.1", '
        b'upstream: "http://127.0.0.1:8001/", host: "a.example"',
        at="2026-11-20T14:02:11Z",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"2026/11/20 14:02:12 [error] 7#7: *43 upstream timed out (110: Operation timed out) while reading "
        b'response header from upstream, client: ::1, server: , request: "GET /slow HTTP/1.1", upstream: "http://[::1]:1/"',
        at="2026-11-20T14:02:12Z",
        client="::1",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b"2026/11/20 14:02:13 [crit] 7#7: *44 connect() to unix:/var/lib/a/very/long/directory/in/which/the/"
        b"application/keeps/its/socket/application.sock failed (2: No such file or directory) while connecting to "
        b'upstream, client: 127.0.0.1, server: a.example, request: "GET / HTTP/1.1"',
        at="2026-11-20T14:02:13Z",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.CONNECT_NO_SOCKET,
    ),
    Example(
        line=b"2026/11/20 14:02:14 [error] 7#7: *45 SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 "
        b"alert handshake failure:SSL alert number 40) while SSL handshaking to upstream, client: 127.0.0.1, "
        b'server: a.example, request: "GET / HTTP/1.1"',
        at="2026-11-20T14:02:14Z",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.TLS_FAILED,
    ),
    Example(
        line=b"2026/11/20 14:02:15 [error] 7#7: *46 no live upstreams while connecting to upstream, client: 127.0.0.1, "
        b'server: , request: "GET / HTTP/1.1", upstream: "http://app/"',
        at="2026-11-20T14:02:15Z",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b'2026/11/20 14:02:16 [error] 7#7: *47 limiting requests, excess: 0.960 by zone "one", client: 127.0.0.1, '
        b'server: a.example, request: "GET / HTTP/1.1", host: "a.example"',
        at="2026-11-20T14:02:16Z",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.GATEWAY_LIMIT,
    ),
    Example(
        line=b"2026/11/20 14:02:17 [warn] 7#7: *48 upstream server temporarily disabled while connecting to upstream, "
        b'client: 127.0.0.1, server: a.example, request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:8001/"',
        at="2026-11-20T14:02:17Z",
        client="127.0.0.1",
    ),
    Example(
        line=b'2026/11/20 14:02:18 [error] 7#7: *49 user "a 502 , client: 10.0.0.9, server: x": password mismatch, '
        b'client: 127.0.0.1, server: a.example, request: "GET / HTTP/1.1"',
        at="2026-11-20T14:02:18Z",
    ),
    Example(
        line=b'2026/11/20 14:02:19 [error] 7#7: *50 rewrite or internal redirection cycle while processing "/x 502 '
        b'connect() failed (111: Connection refused) while connecting to upstream", client: 127.0.0.1, server: a',
        at="2026-11-20T14:02:19Z",
        client="127.0.0.1",
    ),
    Example(
        line=b"2026/11/20 14:02:20 [notice] 1#1: signal process started",
        at="2026-11-20T14:02:20Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="nginx",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="nginx, ngx_log_error_core and ngx_http_log_error; messages seen with 1.22.1 and 1.31",
    rank=20,
)
