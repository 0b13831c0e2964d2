"""Heroku's router log, as `heroku logs` prints it or as a syslog drain delivers it; lines of dynos are known as such.

An error of the router's own has a code (`code=H12`); a 50x without one is the application's answer. The status can be
what the application had sent before it broke off, so the code goes before it. The path and `fwd` are a client's words
and stand before the status: whatever quotes they hold, the quotes behind the last of them fit nothing but the real end.
`dyno` is the upstream; `service` is its part of the time.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Kind, Literal, Plan, Quote, Role, Step, Take
from why502.observations.failure import FailureId

NAME = "heroku-router"
MOST_TRAILING = 6
"""Words behind `bytes=` (protocol, tls, tls_version, …); more came with the years."""


def _word(role: Role = Role.NONE, stop: bytes = b" ") -> Take:
    return Take(role=role, stop=stop, bare=True)


_TIME = _word(Role.TIME)
_COUNT: tuple[Step, ...] = (_word(), Literal(text=b" <"))
_PRIORITY: tuple[Step, ...] = (_word(stop=b">"), Literal(text=b">1 "), _TIME, Literal(text=b" "), _word())

PREFIXES: dict[str, tuple[tuple[Step, ...], bytes, bytes]] = {
    "printed": ((_TIME,), b" heroku[", b"]: "),
    "drained": ((Literal(text=b"<"), *_PRIORITY), b" heroku ", b" - "),
    "counted": ((*_COUNT, *_PRIORITY), b" heroku ", b" - "),
}
"""What stands before the process's name, the process's name in its brackets, and before the message."""

_HEADS: tuple[tuple[Step, ...], ...] = (
    (Literal(text=b"at=info method="),),
    (
        Literal(text=b"at="),
        _word(),
        Literal(text=b" code="),
        _word(Role.WORD_A),
        Literal(text=b' desc="'),
        Take(role=Role.NONE, stop=b'"'),
        Literal(text=b'" method='),
    ),
    (
        Literal(text=b"sock="),
        _word(),
        Literal(text=b" at="),
        _word(),
        Literal(text=b" code="),
        _word(Role.WORD_A),
        Literal(text=b' desc="'),
        Take(role=Role.NONE, stop=b'"'),
        Literal(text=b'" method='),
    ),
)
_MIDDLE: tuple[Step, ...] = (
    _word(Role.METHOD),
    Literal(text=b' path="'),
    Take(role=Role.PATH, stop=b'"', quote=Quote.BACKSLASH),
    Literal(text=b'" host='),
    _word(),
    Literal(text=b" request_id="),
    _word(Role.KEY),
    Literal(text=b' fwd="'),
    Take(role=Role.CLIENT, stop=b'"', quote=Quote.BACKSLASH),
    Literal(text=b'" dyno='),
    _word(Role.UPSTREAM),
    Literal(text=b" connect="),
    _word(),
    Literal(text=b" service="),
    _word(Role.UPSTREAM_SECONDS),
    Literal(text=b" status="),
    _word(Role.STATUS),
    Literal(text=b" bytes="),
)


def _tail(more: int) -> tuple[Step, ...]:
    return (*((_word(), Literal(text=b" ")) * more), _word(stop=b""))


def _router(prefix: str) -> tuple[Plan, ...]:
    start, before, after = PREFIXES[prefix]
    needs = frozenset({Role.TIME, Role.METHOD})
    return tuple(
        Plan(
            name=NAME,
            steps=(*start, Literal(text=before + b"router" + after + dash), *head, *_MIDDLE, *_tail(more)),
            needs=needs,
        )
        for dash in ((b"",) if prefix == "printed" else (b"", b"- "))
        for head in _HEADS
        for more in range(MOST_TRAILING)
    )


_PROCESSES = (b"web.", b"worker.", b"run.", b"release.", b"scheduler.", b"clock.", b"logplex")


def _others(prefix: str) -> tuple[Plan, ...]:
    """Return the plans of what dynos print and what is told of them; never of the router's own lines."""
    start, before, after = PREFIXES[prefix]
    names = (before.replace(b"heroku", b"app"), *(before + process for process in _PROCESSES))
    rest: tuple[Step, ...] = (_word(stop=after[:1]), Literal(text=after), Take(role=Role.NONE))
    return tuple(
        Plan(name=NAME, kind=Kind.OTHER, steps=(*start, Literal(text=name), *rest), needs=frozenset({Role.TIME}))
        for name in names
    )


def _prefix(line: bytes) -> str | None:
    """Tell how a line begins, if it is a line of Heroku's."""
    if b" heroku[" in line or b" app[" in line:
        return "printed"
    if b">1 " in line[:40] and (b" heroku " in line or b" app " in line):
        return "drained" if line.startswith(b"<") else "counted"
    return None


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    seen = {_prefix(line) for line in lines}
    used = [each for each in PREFIXES if each in seen]
    return (*(plan for each in used for plan in _router(each)), *(plan for each in used for plan in _others(each)))


CODES: dict[bytes, FailureId] = {
    b"H10": FailureId.NO_LIVE_UPSTREAM,
    b"H11": FailureId.GATEWAY_LIMIT,
    b"H12": FailureId.RESPONSE_TIMEOUT,
    b"H13": FailureId.CLOSED_BEFORE_RESPONSE,
    b"H14": FailureId.NO_LIVE_UPSTREAM,
    b"H15": FailureId.TRUNCATED_RESPONSE,
    b"H17": FailureId.INVALID_RESPONSE,
    b"H18": FailureId.RESET_BEFORE_RESPONSE,
    b"H19": FailureId.CONNECT_TIMEOUT,
    b"H20": FailureId.NO_LIVE_UPSTREAM,
    b"H21": FailureId.CONNECT_REFUSED,
    b"H22": FailureId.GATEWAY_LIMIT,
    b"H23": FailureId.CONNECT_REFUSED,
    b"H24": FailureId.TRUNCATED_RESPONSE,
    b"H25": FailureId.INVALID_RESPONSE,
    b"H80": FailureId.NO_LIVE_UPSTREAM,
    b"H81": FailureId.NO_LIVE_UPSTREAM,
    b"H99": FailureId.UNKNOWN,
}
CLIENT = frozenset({b"H27", b"H28"})


def judge(signs: Signs) -> Judged:
    """Judge by the code, then by the status."""
    code = signs.words[0]
    if code in CODES:
        failure = CODES[code]
        cut = failure is FailureId.RESET_BEFORE_RESPONSE and signs.status not in (0, *FAILED_STATUS)
        return Judged(failed=True, failure=FailureId.TRUNCATED_RESPONSE if cut else failure)
    if signs.status not in FAILED_STATUS or code in CLIENT:
        return Judged()
    answered = not code and signs.upstream
    return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR if answered else FailureId.UNKNOWN)


EXAMPLES = (
    Example(
        line=b'2026-11-20T14:02:11.120000+00:00 heroku[router]: at=info method=GET path="/cart?id=7" '
        b"host=shop.example.com "
        b'request_id=00000000-0000-4000-8000-000000000001 fwd="192.0.2.7" dyno=web.1 connect=1ms service=18ms '
        b"status=200 "
        b"bytes=975 protocol=https",
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="web.1",
        client="192.0.2.7",
    ),
    Example(
        line=b'2026-11-20T14:02:12.120000+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=POST '
        b'path="/pay" '
        b'host=shop.example.com request_id=00000000-0000-4000-8000-000000000002 fwd="192.0.2.7" dyno=web.1 connect=1ms '
        b"service=30000ms status=503 bytes=0 protocol=http1.1 tls=true tls_version=tls1.3",
        at="2026-11-20T14:02:12Z",
        status=503,
        route="POST /pay",
        upstream="web.1",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b'2026-11-20T14:02:13.120000+00:00 heroku[router]: at=info method=GET path="/x code=H12 status=503 502 " '
        b'host=shop.example.com request_id=00000000-0000-4000-8000-000000000003 fwd="dyno=web.9 status=503,192.0.2.7" '
        b"dyno=web.1 connect=1ms service=18ms status=200 bytes=975 protocol=https",
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        upstream="web.1",
        client="dyno=web.9 status=503,192.0.2.7",
    ),
    Example(
        line=b'2026-11-20T14:02:14.973289+00:00 heroku[router]: sock=backend at=error code=H18 desc="Server Request '
        b'Interrupted" method=POST path="/search" host=shop.example.com '
        b"request_id=00000000-0000-4000-8000-000000000004 "
        b'fwd="192.0.2.7" dyno=web.1 connect=0ms service=710ms status=200 bytes=0 protocol=http1.1 tls=true '
        b"tls_version=unknown",
        at="2026-11-20T14:02:14Z",
        status=200,
        route="POST /search",
        upstream="web.1",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.TRUNCATED_RESPONSE,
    ),
    Example(
        line=b'310 <158>1 2026-11-20T14:02:15.120000+00:00 host heroku router - at=error code=H10 desc="App crashed" '
        b"method=GET "
        b'path="/" host=shop.example.com request_id=00000000-0000-4000-8000-000000000005 fwd="192.0.2.7" dyno= '
        b"connect= service= "
        b"status=503 bytes= protocol=https",
        at="2026-11-20T14:02:15Z",
        status=503,
        route="GET /",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
    Example(
        line=b"2026-11-20T14:02:16.120000+00:00 app[web.1]: 2026-11-20T14:02:16+00:00 heroku[router]: at=error "
        b"code=H12 status=503",
        at="2026-11-20T14:02:16Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="heroku",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Heroku Dev Center: Error codes, HTTP routing (router log format), Log drains",
    rank=30,
)
