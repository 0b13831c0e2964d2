"""Apache's error log: the codes of its proxy modules and the error number in front, not the words behind them."""

from why502.logs.format import Example, Judged, LogFormat, Signs
from why502.logs.plan import Kind, Literal, Plan, Role, Step, Take
from why502.observations.failure import FailureId

NAME = "apache-error"

_HEAD: tuple[Step, ...] = (
    Literal(text=b"["),
    Take(role=Role.TIME, stop=b"]"),
    Literal(text=b"] ["),
    Take(role=Role.WORD_C, stop=b"]"),
    Literal(text=b"] [pid "),
    Take(role=Role.NONE, stop=b"]"),
    Literal(text=b"] "),
)
_ERRNO: tuple[Step, ...] = (
    Literal(text=b"("),
    Take(role=Role.WORD_B, stop=b")", bare=True),
    Literal(text=b")"),
    Take(role=Role.NONE, stop=b":"),
    Literal(text=b": "),
)
_CLIENT: tuple[Step, ...] = (
    Literal(text=b"[client "),
    Take(role=Role.CLIENT, stop=b"]", bare=True, port=True),
    Literal(text=b"] "),
)
# The side of the upstream, where TLS to it is spoken of.
_REMOTE: tuple[Step, ...] = (
    Literal(text=b"[remote "),
    Take(role=Role.UPSTREAM, stop=b"]", bare=True),
    Literal(text=b"] "),
)
_CODE: tuple[Step, ...] = (
    Literal(text=b"AH"),
    Take(role=Role.WORD_A, stop=b":", bare=True),
    Literal(text=b": "),
)
_REST = Take(role=Role.NONE)


def _server(words: bytes) -> tuple[Step, ...]:
    """Name the server that a message ends with; what comes behind it is the client's Referer."""
    return (Literal(text=words), Take(role=Role.UPSTREAM, stop=b" ", bare=True), Literal(text=b" "), _REST)


def _plan(*steps: Step) -> Plan:
    return Plan(name=NAME, kind=Kind.MESSAGE, steps=(*_HEAD, *steps))


_ATTEMPTS = tuple(
    _plan(*_ERRNO, *_CODE, *_server(words + b": attempt to connect to " + kind))
    for words in (b"HTTP", b"HTTPS", b"FCGI", b"AJP")
    for kind in (b"Unix domain socket ", b"")
)
PLANS = (
    *_ATTEMPTS,
    _plan(*_ERRNO, *_CLIENT, *_CODE, _REST),
    _plan(*_CLIENT, *_CODE, _REST),
    _plan(*_REMOTE, *_CODE, _REST),
    _plan(*_ERRNO, *_REMOTE, *_CODE, _REST),
    _plan(*_ERRNO, *_CODE, _REST),
    _plan(*_CODE, _REST),
    _plan(*_CLIENT, _REST),
    _plan(_REST),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


_CONNECTS = {
    **dict.fromkeys((111,), FailureId.CONNECT_REFUSED),
    **dict.fromkeys((110, 70007), FailureId.CONNECT_TIMEOUT),
    **dict.fromkeys((113, 101, 22), FailureId.CONNECT_UNREACHABLE),
    **dict.fromkeys((13, 1), FailureId.CONNECT_DENIED),
    2: FailureId.CONNECT_NO_SOCKET,
    **dict.fromkeys((11, 99, 98, 24, 23, 105), FailureId.CONNECT_EXHAUSTED),
    **dict.fromkeys((104, 103, 32), FailureId.RESET_BEFORE_RESPONSE),
}
_READS = {
    20014: FailureId.CLOSED_BEFORE_RESPONSE,
    70014: FailureId.CLOSED_BEFORE_RESPONSE,
    104: FailureId.RESET_BEFORE_RESPONSE,
    32: FailureId.RESET_BEFORE_RESPONSE,
    70007: FailureId.RESPONSE_TIMEOUT,
    110: FailureId.RESPONSE_TIMEOUT,
    22: FailureId.INVALID_RESPONSE,
}
_BODIES = {
    70008: FailureId.TRUNCATED_RESPONSE,
    104: FailureId.TRUNCATED_RESPONSE,
    70007: FailureId.TRUNCATED_RESPONSE,
    20014: FailureId.INVALID_RESPONSE,
}
BY_NUMBER = {
    **dict.fromkeys(("00939", "00957", "00958", "02454"), _CONNECTS),
    **dict.fromkeys(("01030", "01075", "01102", "10404"), _READS),
    "01110": _BODIES,
}
"""Codes whose error number decides. The lines that follow a failed connect (AH01114, AH00896, AH01079, …) tell
nothing more and are not counted again."""

BY_CODE = {
    **dict.fromkeys(
        ("00858", "00868", "00876", "01029", "01073", "01074", "10098", "10240"), FailureId.RESET_BEFORE_RESPONSE
    ),
    **dict.fromkeys(("00897", "02460", "10224"), FailureId.RESPONSE_TIMEOUT),
    **dict.fromkeys(("00935", "00938", "00952", "00956", "02453"), FailureId.CONNECT_EXHAUSTED),
    **dict.fromkeys(("00940", "01167", "01170", "01171"), FailureId.NO_LIVE_UPSTREAM),
    **dict.fromkeys(("00934", "00941"), FailureId.GATEWAY_LIMIT),
    **dict.fromkeys(
        ("00983", "00984", "00985", "00986", *(f"{number:05}" for number in range(993, 1001))),
        FailureId.INVALID_RESPONSE,
    ),
    **dict.fromkeys(
        ("01013", "01014", "01031", "01068", "01069", "01070", "01072", "01080", "01098", "01099", "01100", "10405"),
        FailureId.INVALID_RESPONSE,
    ),
    **dict.fromkeys(("02429", "02430"), FailureId.INVALID_RESPONSE),
    **dict.fromkeys(("01081", "10124"), FailureId.HEADER_TOO_BIG),
    **dict.fromkeys(("01032", "02537"), FailureId.TRUNCATED_RESPONSE),
    **dict.fromkeys(("02039", "02276", "02411", "02005", "02004", "02003", "02268", "00961"), FailureId.TLS_FAILED),
    "02327": FailureId.RESOLVE_FAILED,
    "01174": FailureId.UPSTREAM_ANSWERED_ERROR,
    **dict.fromkeys(
        ("00860", "00878", "00893", "00992", "01012", "01067", "01084", "01095", "01096", "01097", "10154"),
        FailureId.UNKNOWN,
    ),
}
"""Codes that decide alone; `UNKNOWN` where several failures are written with one code."""


def judge(signs: Signs) -> Judged:
    """Judge by the code (`WORD_A`) and the error number of the system or of APR (`WORD_B`)."""
    code = signs.words[0].decode("ascii", "replace")
    if code in BY_NUMBER:
        number = int(signs.words[1]) if signs.words[1].isdigit() else 0
        return Judged(failed=True, failure=BY_NUMBER[code].get(number, FailureId.UNKNOWN))
    failure = BY_CODE.get(code)
    return Judged(failed=failure is not None, failure=failure)


EXAMPLES = (
    Example(
        line=b"[Sat Nov 21 13:24:54.851485 2026] [proxy_http:error] [pid 18008:tid 18085] (70007)The timeout specified "
        b"has expired: [client 2001:db8::7:60540] AH01102: error reading status line from remote server 127.0.0.1:80",
        at="2026-11-21T13:24:54Z",
        client="2001:db8::7",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b"[Sat Nov 21 13:24:55.851485 2026] [proxy_http:error] [pid 18008:tid 18085] (20014)Internal error "
        b"(specific information not available): [client 127.0.0.1:60540] AH01102: error reading status line from "
        b"remote server 127.0.0.1:22103",
        at="2026-11-21T13:24:55Z",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.CLOSED_BEFORE_RESPONSE,
    ),
    Example(
        line=b"[Sat Nov 21 13:24:56.000001 2026] [proxy:error] [pid 18008:tid 18085] (111)Connection refused: AH00957: "
        b"HTTP: attempt to connect to 127.0.0.1:22101 (127.0.0.1:22101) failed",
        at="2026-11-21T13:24:56Z",
        upstream="127.0.0.1:22101",
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b"[Sat Nov 21 13:24:57.000001 2026] [proxy_http:error] [pid 18008:tid 18085] [client 127.0.0.1:60541] "
        b"AH01114: HTTP: failed to make connection to backend: 127.0.0.1",
        at="2026-11-21T13:24:57Z",
        client="127.0.0.1",
    ),
    Example(
        line=b"[Sat Nov 21 13:24:58.000001 2026] [core:info] [pid 18008:tid 18085] [client 127.0.0.1:60542] AH00128: "
        b"File does not exist: /srv/x 502 (111)Connection refused: AH00957: HTTP: attempt to connect to 10.0.0.9:1 "
        b"(10.0.0.9) failed",
        at="2026-11-21T13:24:58Z",
        client="127.0.0.1",
    ),
    Example(
        line=b"[Sat Nov 21 13:24:58.500001 2026] [ssl:error] [pid 18008:tid 18085] [remote 127.0.0.1:22443] AH02039: "
        b"Certificate Verification: Error (10): certificate has expired",
        at="2026-11-21T13:24:58Z",
        upstream="127.0.0.1:22443",
        failed=True,
        failure=FailureId.TLS_FAILED,
    ),
    Example(
        line=b"[Sat Nov 21 13:24:59.000001 2026] [mpm_event:notice] [pid 18008:tid 18008] AH00489: Apache/2.4.71 "
        b"(Unix) configured -- resuming normal operations",
        at="2026-11-21T13:24:59Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="apache",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Apache httpd 2.4, server/log.c (the default ErrorLogFormat) and modules/proxy; seen with 2.4",
    rank=20,
)
