"""Fastly's log in the JSON that its control panel and client offer for VCL services (a customer may write any other).

Fastly's own errors are 503 with a reason phrase; a 502 or 504 through it is the origin's. `host` stands unescaped
before the status in some of the offered texts: what a client adds there is overwritten by the real values behind it.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape, Unit
from why502.observations.failure import FailureId

NAME = "fastly"

PLANS = (
    Plan(
        name=NAME,
        shape=Shape.JSON,
        keys=(
            Key(path=("timestamp",), role=Role.TIME),
            Key(path=("response_status",), role=Role.STATUS),
            Key(path=("request_method",), role=Role.METHOD),
            Key(path=("url",), role=Role.PATH),
            Key(path=("client_ip",), role=Role.CLIENT),
            Key(path=("request_duration_usec",), role=Role.SECONDS, unit=Unit.MICROSECONDS),
            Key(path=("response_reason",), role=Role.WORD_A),
            Key(path=("response_state",), role=Role.WORD_B),
        ),
        needs=frozenset({Role.TIME, Role.STATUS, Role.WORD_B}),
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


REASONS = {
    b"all backends failed or unhealthy": FailureId.NO_LIVE_UPSTREAM,
    b"backend is unhealthy": FailureId.NO_LIVE_UPSTREAM,
    b"no healthy backends": FailureId.NO_LIVE_UPSTREAM,
    b"backend read error": FailureId.RESET_BEFORE_RESPONSE,
    b"backend write error": FailureId.RESET_BEFORE_RESPONSE,
    b"first byte timeout": FailureId.RESPONSE_TIMEOUT,
    b"between bytes timeout": FailureId.TRUNCATED_RESPONSE,
    b"backend.max_conn reached": FailureId.GATEWAY_LIMIT,
    b"connection refused": FailureId.CONNECT_REFUSED,
    b"connection timed out": FailureId.CONNECT_TIMEOUT,
    b"network unreachable": FailureId.CONNECT_UNREACHABLE,
    b"hostname doesn't match against certificate": FailureId.TLS_FAILED,
    b"certificate has expired": FailureId.TLS_FAILED,
    b"ssl handshake error": FailureId.TLS_FAILED,
    b"header overflow": FailureId.HEADER_TOO_BIG,
    b"response object too large": FailureId.INVALID_RESPONSE,
}
"""Reason phrases of a 503 of Fastly's own, in small letters."""


def judge(signs: Signs) -> Judged:
    """Judge by status and reason phrase."""
    match signs.status:
        case 503:
            return Judged(failed=True, failure=REASONS.get(signs.words[0].lower(), FailureId.UNKNOWN))
        case 502 | 504:
            return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
        case other:
            return Judged(failed=True, failure=FailureId.UNKNOWN) if other in FAILED_STATUS else Judged()


EXAMPLES = (
    Example(
        line=b'{"timestamp":"2026-11-20T14:02:11+0000","client_ip":"192.0.2.7","host":"shop.example.com",'
        b'"url":"/cart?id=7",'
        b'"request_method":"GET","response_state":"MISS","response_status":200,"response_reason":"OK","fastly_server":'
        b'"cache-fra-eddf8230021-FRA","fastly_is_edge":true}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        client="192.0.2.7",
    ),
    Example(
        line=b'{"timestamp":"2026-11-20T14:02:12+0000","client_ip":"192.0.2.7","url":"/slow","request_method":"GET",'
        b'"response_state":"ERROR","response_status":503,"response_reason":"first byte timeout"}',
        at="2026-11-20T14:02:12Z",
        status=503,
        route="GET /slow",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b'{"timestamp":"2026-11-20T14:02:13+0000","client_ip":"192.0.2.7","host":"x","response_status":503,'
        b'"response_reason":'
        b'"connection '
        b'refused","h":"x","url":"/\\",\\"response_status\\":502","request_method":"GET","response_state":"HIT",'
        b'"response_status":200,"response_reason":null,"request_duration_usec":1500}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="192.0.2.7",
        seconds=0.0015,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="fastly",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Fastly docs: Custom log formats (the JSON offered for log streaming), VCL errors",
)
