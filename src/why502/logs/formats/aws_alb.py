"""AWS Application Load Balancer: space-separated fields; a quote in a client's text is written as backslash and `x22`.

Own or passed on is exact here: the balancer's status beside the target's, which is `-` if nothing came from the target.
A time of -1 means both "could not be sent on" and "did not answer", so no failure is told by it. `error_reason` is
filled for Lambda targets, whose own address is `-`. The status stands before everything that a client writes.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Literal, Plan, Quote, Role, Step, Take
from why502.observations.failure import FailureId

NAME = "aws-alb"


def _word(role: Role = Role.NONE) -> tuple[Step, ...]:
    return Take(role=role, stop=b" ", bare=True), Literal(text=b" ")


def _quoted(role: Role = Role.NONE) -> tuple[Step, ...]:
    return Literal(text=b'"'), Take(role=role, stop=b'"', quote=Quote.BACKSLASH), Literal(text=b'"')


_SPACE = Literal(text=b" ")
_REST = Take(role=Role.NONE)

_START: tuple[Step, ...] = (
    *_word(),  # type: http, https, h2, grpcs, ws, wss
    Take(role=Role.TIME, stop=b" ", bare=True),
    Literal(text=b" app/"),
    *_word(),
)
_CLIENT_V6: tuple[Step, ...] = (Literal(text=b"["), Take(role=Role.CLIENT, stop=b"]"), Literal(text=b"]:"), *_word())
_CLIENT_V4: tuple[Step, ...] = (Take(role=Role.CLIENT, stop=b":", bare=True), Literal(text=b":"), *_word())
_MIDDLE: tuple[Step, ...] = (
    *_word(Role.UPSTREAM),
    *_word(),  # request_processing_time
    *_word(Role.UPSTREAM_SECONDS),
    *_word(),  # response_processing_time
    *_word(Role.STATUS),
    *_word(Role.UPSTREAM_STATUS),
    *_word(),
    *_word(),
    *_quoted(Role.REQUEST),
)
_END: tuple[Step, ...] = (
    _SPACE,
    *_quoted(),  # user_agent
    _SPACE,
    *_word(),
    *_word(),
    *_word(),
    *_quoted(Role.KEY),  # trace_id
    _SPACE,
    *_quoted(),
    _SPACE,
    *_quoted(),
    _SPACE,
    *_word(),
    *_word(),
    *_quoted(Role.WORD_A),  # actions_executed
    _SPACE,
    *_quoted(),
    _SPACE,
    *_quoted(Role.WORD_B),  # error_reason
    _REST,
)
"""Further fields come and go behind the last one that is read, as the documentation tells readers to expect."""


def _plan(client: tuple[Step, ...], end: tuple[Step, ...]) -> Plan:
    needs = frozenset({Role.TIME, Role.STATUS})
    return Plan(name=NAME, steps=(*_START, *client, *_MIDDLE, *end), needs=needs)


PLANS = (
    _plan(_CLIENT_V6, _END),
    _plan(_CLIENT_V4, _END),
    # Lines from before the later fields were added, and those whose user agent cannot be told apart from what follows.
    _plan(_CLIENT_V6, (_SPACE, _REST)),
    _plan(_CLIENT_V4, (_SPACE, _REST)),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


LAMBDA = {
    b"LambdaAccessDenied": FailureId.CONNECT_DENIED,
    b"LambdaBadRequest": FailureId.UNKNOWN,
    b"LambdaConnectionError": FailureId.RESET_BEFORE_RESPONSE,
    b"LambdaConnectionTimeout": FailureId.CONNECT_TIMEOUT,
    b"LambdaEC2AccessDeniedException": FailureId.CONNECT_DENIED,
    b"LambdaEC2ThrottledException": FailureId.GATEWAY_LIMIT,
    b"LambdaEC2UnexpectedException": FailureId.NO_LIVE_UPSTREAM,
    b"LambdaENILimitReachedException": FailureId.CONNECT_EXHAUSTED,
    b"LambdaInvalidResponse": FailureId.INVALID_RESPONSE,
    b"LambdaInvalidRuntimeException": FailureId.CLOSED_BEFORE_RESPONSE,
    b"LambdaResourceNotFound": FailureId.NO_LIVE_UPSTREAM,
    b"LambdaResponseTooLarge": FailureId.INVALID_RESPONSE,
    b"LambdaServiceException": FailureId.NO_LIVE_UPSTREAM,
    b"LambdaSubnetIPAddressLimitReachedException": FailureId.CONNECT_EXHAUSTED,
    b"LambdaThrottling": FailureId.GATEWAY_LIMIT,
    b"LambdaUnhandled": FailureId.CLOSED_BEFORE_RESPONSE,
    b"LambdaUnhandledException": FailureId.CLOSED_BEFORE_RESPONSE,
}
"""The values of `error_reason` for Lambda targets that made a 50x."""


def _own(signs: Signs) -> FailureId:
    """Tell what an answer of the balancer's own means."""
    actions, reason = signs.words[:2]
    if reason in LAMBDA:
        return LAMBDA[reason]
    if actions not in (b"", b"-") and b"forward" not in actions:
        return FailureId.UNKNOWN  # its rules answered, no target was asked
    match signs.status:
        case 502:
            return FailureId.CLOSED_BEFORE_RESPONSE if signs.upstream else FailureId.INVALID_RESPONSE
        case 503:
            return FailureId.NO_LIVE_UPSTREAM
        case 504:
            return FailureId.RESPONSE_TIMEOUT
        case _:
            return FailureId.UNKNOWN


def judge(signs: Signs) -> Judged:
    """Judge by both statuses. 460 (the client left), 463, 464 and 561 speak about the request."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    if signs.upstream_status == b"%d" % signs.status:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=FailureId.UNKNOWN if signs.upstream_status else _own(signs))


_GROUP = b"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
_LAST = b'"Root=1-691f2d73-0a1b2c3d4e5f60718293a4b5" "shop.example.com" "session-reused" 0 2026-11-20T14:02:11.100000Z '

EXAMPLES = (
    Example(
        line=b"h2 2026-11-20T14:02:11.186641Z app/web/0123456789abcdef 192.0.2.7:41022 198.51.100.17:8080 0.000 "
        b"0.012 0.000 "
        b'200 200 34 366 "GET https://shop.example.com:443/cart?id=7 HTTP/2.0" "curl/8.5.0" TLS_AES_128_GCM_SHA256 '
        b"TLSv1.3 "
        + _GROUP
        + b" "
        + _LAST
        + b'"waf,forward" "-" "-" "198.51.100.17:8080" "200" "-" "-" TID_0123456789abcdef0123456789abcdef',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="198.51.100.17:8080",
        client="192.0.2.7",
    ),
    Example(
        line=b"https 2026-11-20T14:02:12.186641Z app/web/0123456789abcdef [2001:db8::7]:41023 198.51.100.17:8080 "
        b"0.000 0.003 "
        b'-1 502 - 34 366 "POST https://shop.example.com:443/pay HTTP/1.1" "curl/8.5.0" TLS_AES_128_GCM_SHA256 TLSv1.3 '
        + _GROUP
        + b" "
        + _LAST
        + b'"forward" "-" "-" "198.51.100.17:8080" "-" "-" "-" TID_0123456789abcdef0123456789abcdef "-" "-" "-"',
        at="2026-11-20T14:02:12Z",
        status=502,
        route="POST /pay",
        upstream="198.51.100.17:8080",
        client="2001:db8::7",
        failed=True,
        failure=FailureId.CLOSED_BEFORE_RESPONSE,
    ),
    Example(
        line=b"http 2026-11-20T14:02:13.000001Z app/web/0123456789abcdef 192.0.2.7:41024 198.51.100.17:8080 0.000 "
        b"0.004 0.000 "
        b'200 200 34 366 "GET http://shop.example.com:80/\\x22 502 - 34 366 HTTP/1.1" "\\x22 - - \\x22 502 504 '
        b'LambdaUnhandled" '
        b"- - " + _GROUP + b" " + _LAST + b'"forward" "-" "-" "198.51.100.17:8080" "200" "-" "-"',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        upstream="198.51.100.17:8080",
        client="192.0.2.7",
    ),
    Example(
        line=b"http 2026-11-20T14:02:14.000001Z app/web/0123456789abcdef 192.0.2.7:41025 - 0.000 0.050 0.000 502 - "
        b"34 366 "
        b'"GET http://shop.example.com:80/report HTTP/1.1" "curl/8.5.0" - - ' + _GROUP + b" " + _LAST + b'"forward" '
        b'"-" "LambdaUnhandled" "-" "-" "-" "-"',
        at="2026-11-20T14:02:14Z",
        status=502,
        route="GET /report",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.CLOSED_BEFORE_RESPONSE,
    ),
    Example(
        line=b"http 2026-11-20T14:02:15.000001Z app/web/0123456789abcdef 192.0.2.7:41026 198.51.100.17:8080 0.000 "
        b"60.001 -1 504 "
        b'- 34 366 "GET http://shop.example.com:80/slow HTTP/1.1" "curl/8.5.0" - - '
        + _GROUP
        + b' "Root=1-691f2d77-0a1b2c3d4e5f60718293a4b5"',
        at="2026-11-20T14:02:15Z",
        status=504,
        route="GET /slow",
        upstream="198.51.100.17:8080",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b"http 2026-11-20T14:02:16.000001Z app/web/0123456789abcdef 192.0.2.7:41027 198.51.100.17:8080 0.000 -1 "
        b"-1 460 - 34 "
        b'0 "GET http://shop.example.com:80/slow HTTP/1.1" "curl/8.5.0" - - '
        + _GROUP
        + b" "
        + _LAST
        + b'"forward" "-" "-" "198.51.100.17:8080" "-" "-" "-"',
        at="2026-11-20T14:02:16Z",
        status=460,
        route="GET /slow",
        upstream="198.51.100.17:8080",
        client="192.0.2.7",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="aws-alb",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="AWS, Application Load Balancers: Access logs, entries and error reason codes; Troubleshoot",
)
