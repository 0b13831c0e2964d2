"""Akamai DataStream 2 in JSON lines: all values are strings, times are Unix seconds.

`errorCode` names the failure, with a detail behind a bar (`ERR_CONNECT_TIMEOUT|…`). Where `reqPath` begins without a
slash, all requests of a method are one route. No field tells the whole time or the origin's part of it.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape
from why502.observations.failure import FailureId

NAME = "akamai-datastream"

PLANS = (
    Plan(
        name=NAME,
        shape=Shape.JSON,
        keys=(
            Key(path=("reqTimeSec",), role=Role.TIME),
            Key(path=("statusCode",), role=Role.STATUS),
            Key(path=("reqMethod",), role=Role.METHOD),
            Key(path=("reqPath",), role=Role.PATH),
            Key(path=("cliIP",), role=Role.CLIENT),
            Key(path=("errorCode",), role=Role.WORD_A),
            Key(path=("reqId",), role=Role.KEY),
        ),
        needs=frozenset({Role.TIME, Role.STATUS}),
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


ERRORS = {
    b"ERR_CONNECT_FAIL": FailureId.CONNECT_REFUSED,
    b"ERR_CONNECT_TIMEOUT": FailureId.CONNECT_TIMEOUT,
    b"ERR_DNS_FAIL": FailureId.RESOLVE_FAILED,
    b"ERR_DNS_IN_REGION": FailureId.RESOLVE_FAILED,
    b"ERR_DNS_TIMEOUT": FailureId.RESOLVE_FAILED,
    b"ERR_FWD_SSL_HANDSHAKE": FailureId.TLS_FAILED,
    b"ERR_NO_GOOD_FWD_IP": FailureId.NO_LIVE_UPSTREAM,
    b"ERR_READ_ERROR": FailureId.CLOSED_BEFORE_RESPONSE,
    b"ERR_READ_TIMEOUT": FailureId.RESPONSE_TIMEOUT,
    b"ERR_WRITE_ERROR": FailureId.RESET_BEFORE_RESPONSE,
    b"ERR_ZERO_SIZE_OBJECT": FailureId.CLOSED_BEFORE_RESPONSE,
}


def judge(signs: Signs) -> Judged:
    """Judge by status and error code."""
    code = signs.words[0].partition(b"|")[0]
    if signs.status not in FAILED_STATUS or code == b"ERR_CLIENT_ABORT":
        return Judged()
    return Judged(failed=True, failure=ERRORS.get(code, FailureId.UNKNOWN))


EXAMPLES = (
    Example(
        line=b'{"version":"2","reqId":"1239f220","reqTimeSec":"1795183331.171","cliIP":"192.0.2.7","statusCode":"200",'
        b'"reqHost":"shop.example.com","reqMethod":"GET","reqPath":"cart/7","errorCode":"-","turnAroundTimeMSec":"11"}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET *",
        client="192.0.2.7",
    ),
    Example(
        line=b'{"reqId":"1239f221","reqTimeSec":"1795183332","cliIP":"192.0.2.7","statusCode":"503","reqMethod":"POST",'
        b'"reqPath":"pay","errorCode":"ERR_CONNECT_TIMEOUT|timeout","turnAroundTimeMSec":"15000"}',
        at="2026-11-20T14:02:12Z",
        status=503,
        route="POST *",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.CONNECT_TIMEOUT,
    ),
    Example(
        line=b'{"reqId":"1239f222","reqTimeSec":"1795183333","cliIP":"192.0.2.7","statusCode":"200",'
        b'"reqMethod":"GET","reqPath":'
        b'"x%22,%22statusCode%22:%22502%22","UA":"x\\",\\"statusCode\\":\\"502\\" 502 ","errorCode":"-"}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET *",
        client="192.0.2.7",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="akamai",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Akamai TechDocs, DataStream 2: Data set parameters; error codes",
)
