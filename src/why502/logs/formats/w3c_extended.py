"""W3C extended log files as IIS writes them: the columns of `#Fields:`, separated by blanks, times in UTC.

Text that holds a blank is written with `+`. `sc-substatus` and `sc-win32-status` tell whether IIS answered 502 itself
(ARR, HttpPlatformHandler and the ASP.NET Core module all speak through WinHTTP) and why; both zero: it passed an answer
on. HTTP.sys tells in `s-reason` why it answered 503 itself (HTTPERR). No column names the server behind it: what ARR
adds to `cs-uri-query` stands where a client writes too.
"""

from why502.logs import w3c
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.formats.aws_cloudfront import is_ours
from why502.logs.plan import Plan, Role, Unit
from why502.logs.w3c import Column
from why502.observations.failure import FailureId

NAME = "w3c-extended"

COLUMNS = {
    "date": Column(role=Role.DATE),
    "time": Column(role=Role.TIME),
    "c-ip": Column(role=Role.CLIENT),
    "cs-method": Column(role=Role.METHOD),
    "cs-uri-stem": Column(role=Role.PATH),
    "cs-uri": Column(role=Role.PATH),
    "sc-status": Column(role=Role.STATUS),
    "sc-substatus": Column(role=Role.WORD_A),
    "sc-win32-status": Column(role=Role.WORD_B),
    "s-reason": Column(role=Role.WORD_C),
    "time-taken": Column(role=Role.SECONDS, unit=Unit.MILLISECONDS),
}

_DEFAULT = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status "
    "sc-substatus sc-win32-status time-taken"
)
DEFAULT = tuple(_DEFAULT.split(" "))
"""What IIS 7 and later write unless told otherwise, for files whose header is lost."""


def _rows(names: tuple[str, ...], by: bytes) -> tuple[Plan, ...]:
    """Compile columns; what HTTP.sys writes of connections without a request is told apart."""
    plan = w3c.row(NAME, names, COLUMNS, by)
    return (w3c.without(NAME, names, "cs-method", by), plan) if {"s-reason", "cs-method"} <= set(names) else (plan,)


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    declared = [each for each in w3c.headers(lines) if w3c.tells_requests(each, COLUMNS) and not is_ours(each)]
    if declared:
        by = w3c.separator(lines, declared)
        rows = tuple(plan for each in declared for plan in _rows(each, by))
        return (*rows, w3c.comment(NAME))
    return () if w3c.headers(lines) else (w3c.row(NAME, DEFAULT, COLUMNS, b" "),)


def directive(text: str) -> tuple[Plan, ...]:
    """Compile a `#Fields:` line, or its columns separated by blanks or commas."""
    if is_ours(tuple(text.replace(",", " ").split())):
        raise ValueError("these are columns of CloudFront")
    return w3c.chosen(NAME, text, COLUMNS, b" "), w3c.comment(NAME)


SUBSTATUS = {
    b"1": FailureId.RESPONSE_TIMEOUT,
    b"2": FailureId.INVALID_RESPONSE,
    b"4": FailureId.NO_LIVE_UPSTREAM,
    b"5": FailureId.SPAWN_FAILED,
    b"6": FailureId.CLOSED_BEFORE_RESPONSE,
    b"7": FailureId.CLOSED_BEFORE_RESPONSE,
}
"""Of 502; 3 is told by the number of WinHTTP."""

REASONS = {
    b"AppOffline": FailureId.NO_LIVE_UPSTREAM,
    b"AppPoolTimer": FailureId.NO_LIVE_UPSTREAM,
    b"AppShutdown": FailureId.NO_LIVE_UPSTREAM,
    b"ConnLimit": FailureId.GATEWAY_LIMIT,
    b"Disabled": FailureId.NO_LIVE_UPSTREAM,
    b"QueueFull": FailureId.GATEWAY_LIMIT,
}
"""Of a 503 of HTTP.sys: whether an application pool could take the request."""

QUEUES = frozenset({b"2", b"3", b"4"})
"""Sub-states of 503: too many requests at once, and the full queues of ASP.NET and FastCGI."""

NOT_STARTED = frozenset(b"%d" % each for each in range(30, 39))
"""Sub-states of 500: the ASP.NET Core module could not start the application in its own process."""

WINHTTP = {
    12002: FailureId.RESPONSE_TIMEOUT,
    12007: FailureId.RESOLVE_FAILED,
    12029: FailureId.CONNECT_REFUSED,
    12030: FailureId.CLOSED_BEFORE_RESPONSE,
    12037: FailureId.TLS_FAILED,
    12038: FailureId.TLS_FAILED,
    12044: FailureId.TLS_FAILED,
    12045: FailureId.TLS_FAILED,
    12152: FailureId.INVALID_RESPONSE,
    12157: FailureId.TLS_FAILED,
    12169: FailureId.TLS_FAILED,
    12175: FailureId.TLS_FAILED,
    12181: FailureId.HEADER_TOO_BIG,
    12182: FailureId.HEADER_TOO_BIG,
    12183: FailureId.HEADER_TOO_BIG,
    12184: FailureId.INVALID_RESPONSE,
}
CLIENT_LEFT = frozenset({64, 1236, 12017})

_FACILITY_WIN32 = 0x80070000
_LONGEST_NUMBER = 10


def win32(told: bytes) -> int:
    """Read `sc-win32-status`, also where it is the whole HRESULT (`2147954402` is 12002); 0 for what is none."""
    number = int(told) if told.isdigit() and len(told) <= _LONGEST_NUMBER else 0
    return number & 0xFFFF if number & ~0xFFFF == _FACILITY_WIN32 else number


def _bad_gateway(sub: bytes, number: int) -> Judged:
    if sub in SUBSTATUS:
        return Judged(failed=True, failure=SUBSTATUS[sub])
    if number in CLIENT_LEFT:
        return Judged()
    if sub == b"0" and number == 0:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=WINHTTP.get(number, FailureId.UNKNOWN))


def judge(signs: Signs) -> Judged:
    """Judge by status, sub-status and the error number of Windows."""
    sub, number = signs.words[0], win32(signs.words[1])
    match signs.status:
        case 502:
            return _bad_gateway(sub, number)
        case 503 if signs.words[2] in REASONS:
            return Judged(failed=True, failure=REASONS[signs.words[2]])
        case 503 if sub in QUEUES:
            return Judged(failed=True, failure=FailureId.GATEWAY_LIMIT)
        case 500 if sub in NOT_STARTED:
            return Judged(failed=True, failure=FailureId.SPAWN_FAILED)
        case other:
            return Judged(failed=True, failure=FailureId.UNKNOWN) if other in FAILED_STATUS else Judged()


EXAMPLES = (
    Example(line=b"#Software: Microsoft Internet Information Services 10.0", at="1970-01-01T00:00:00Z"),
    Example(line=b"#Fields: " + " ".join(DEFAULT).encode(), at="1970-01-01T00:00:00Z"),
    Example(
        line=b"2026-11-20 14:02:11 198.51.100.5 GET /cart id=7 443 - 192.0.2.7 Mozilla/5.0+(X11) - 200 0 0 26",
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        client="192.0.2.7",
        seconds=0.026,
    ),
    Example(
        line=b"2026-11-20 14:02:12 198.51.100.5 GET /cart X-ARR-LOG-ID=0a1b2c3d-0000-4000-8000-000000000001 443 - "
        b"192.0.2.7 "
        b"curl/8.5.0 - 502 3 12029 2013",
        at="2026-11-20T14:02:12Z",
        status=502,
        route="GET /cart",
        client="192.0.2.7",
        seconds=2.013,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"2026-11-20 14:02:13 198.51.100.5 GET /a+502+3+12002+ SERVER-STATUS=502 443 - 192.0.2.7 x+502+3+12029 "
        b"- 200 0 0 5",
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="192.0.2.7",
        seconds=0.005,
    ),
    Example(
        line=b"2026-11-20 14:02:14 198.51.100.5 GET /slow - 443 - 192.0.2.7 curl/8.5.0 - 502 3 2147954402 30001",
        at="2026-11-20T14:02:14Z",
        status=502,
        route="GET /slow",
        client="192.0.2.7",
        seconds=30.001,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="iis",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="W3C, WD-logfile-960323; Microsoft, IIS: W3C logging, HTTP status codes, 502 errors in ARR; HTTP API errors",
    rank=45,
    directive=directive,
)
