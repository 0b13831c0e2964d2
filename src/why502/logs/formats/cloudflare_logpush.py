"""Cloudflare Logpush, dataset `http_requests`: JSON lines, whose times are RFC 3339 or Unix seconds or nanoseconds.

The edge's own statuses name the failure (520 to 527, 530); 502 and 504 are the origin's own where it answered so. A 530
stands for one of the 1xxx errors, which only the body tells.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape, Unit
from why502.observations.failure import FailureId

NAME = "cloudflare-logpush"

PLANS = (
    Plan(
        name=NAME,
        shape=Shape.JSON,
        keys=(
            # Of two with one role the later in the line counts: Cloudflare sorts by name, so the start before the end.
            Key(path=("EdgeEndTimestamp",), role=Role.TIME),
            Key(path=("EdgeStartTimestamp",), role=Role.TIME),
            Key(path=("EdgeResponseStatus",), role=Role.STATUS),
            Key(path=("ClientRequestMethod",), role=Role.METHOD),
            Key(path=("ClientRequestPath",), role=Role.PATH),
            Key(path=("ClientRequestURI",), role=Role.PATH),
            Key(path=("ClientIP",), role=Role.CLIENT),
            Key(path=("OriginIP",), role=Role.UPSTREAM),
            Key(path=("OriginResponseStatus",), role=Role.UPSTREAM_STATUS),
            Key(path=("OriginResponseDurationMs",), role=Role.UPSTREAM_SECONDS, unit=Unit.MILLISECONDS),
            Key(path=("ClientRequestSource",), role=Role.WORD_A),
            Key(path=("RayID",), role=Role.KEY),
        ),
        needs=frozenset({Role.TIME, Role.STATUS}),
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


CODES = {
    520: FailureId.INVALID_RESPONSE,
    521: FailureId.CONNECT_REFUSED,
    522: FailureId.CONNECT_TIMEOUT,
    523: FailureId.CONNECT_UNREACHABLE,
    524: FailureId.RESPONSE_TIMEOUT,
    525: FailureId.TLS_FAILED,
    526: FailureId.TLS_FAILED,
    527: FailureId.UNKNOWN,
    530: FailureId.UNKNOWN,
}


def judge(signs: Signs) -> Judged:
    """Judge by the edge's status, then by the origin's (`0`: nothing came from it)."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    if signs.status == 504 and signs.words[0] == b"earlyHintsCache":  # noqa: PLR2004
        return Judged()  # a look into the cache for early hints, that no client waits for
    if signs.status in CODES:
        return Judged(failed=True, failure=CODES[signs.status])
    if signs.upstream_status == b"%d" % signs.status:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    own = signs.status == 502 and signs.upstream_status == b"0"  # noqa: PLR2004
    return Judged(failed=True, failure=FailureId.INVALID_RESPONSE if own else FailureId.UNKNOWN)


EXAMPLES = (
    Example(
        line=b'{"CacheCacheStatus":"dynamic","ClientIP":"192.0.2.7","ClientRequestHost":"shop.example.com",'
        b'"ClientRequestMethod":'
        b'"GET","ClientRequestURI":"/cart?id=7","EdgeEndTimestamp":"2026-11-20T14:02:12Z","EdgeResponseStatus":200,'
        b'"EdgeStartTimestamp":"2026-11-20T14:02:11Z","OriginIP":"198.51.100.17","OriginResponseDurationMs":612,'
        b'"OriginResponseStatus":200,"RayID":"0123456789abcdef"}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="198.51.100.17",
        client="192.0.2.7",
    ),
    Example(
        line=b'{"ClientIP":"192.0.2.7","ClientRequestMethod":"POST","ClientRequestURI":"/pay","EdgeResponseStatus":521,'
        b'"EdgeStartTimestamp":1795183332000000000,"OriginIP":"198.51.100.17","OriginResponseDurationMs":0,'
        b'"OriginResponseStatus":0,"RayID":"0123456789abcdf0"}',
        at="2026-11-20T14:02:12Z",
        status=521,
        route="POST /pay",
        upstream="198.51.100.17",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'{"ClientIP":"192.0.2.7","ClientRequestMethod":"GET","ClientRequestURI":"/\\",'
        b'\\"EdgeResponseStatus\\":502,\\"x\\":\\"",'
        b'"ClientRequestUserAgent":"\\"EdgeResponseStatus\\":502 502 '
        b'","EdgeResponseStatus":200,"EdgeStartTimestamp":1795183333,'
        b'"OriginIP":"198.51.100.17","OriginResponseStatus":200,"RequestHeaders":{"x":"502",'
        b'"EdgeResponseStatus":"502"}}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        upstream="198.51.100.17",
        client="192.0.2.7",
    ),
    Example(
        line=b'{"ClientIP":"192.0.2.7","ClientRequestMethod":"GET","ClientRequestURI":"/cart","EdgeResponseStatus":502,'
        b'"EdgeStartTimestamp":"2026-11-20T14:02:14Z","OriginIP":"198.51.100.17","OriginResponseStatus":502}',
        at="2026-11-20T14:02:14Z",
        status=502,
        route="GET /cart",
        upstream="198.51.100.17",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="cloudflare",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Cloudflare docs, Logs: fields of http_requests; Support: Cloudflare 5xx errors",
    rank=30,
)
