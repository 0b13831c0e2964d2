"""Railway's HTTP log in JSON lines (`railway logs --http --json`, log explorer, drains), one object for each request.

`responseDetails` is filled only where the edge did not get an answer that it could use, so a 50x without it is the
application's. The edge's own faults have the status 544.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape, Unit
from why502.observations.failure import FailureId

NAME = "railway"

PLANS = (
    Plan(
        name=NAME,
        shape=Shape.JSON,
        keys=(
            Key(path=("timestamp",), role=Role.TIME),
            Key(path=("httpStatus",), role=Role.STATUS),
            Key(path=("method",), role=Role.METHOD),
            Key(path=("path",), role=Role.PATH),
            Key(path=("srcIp",), role=Role.CLIENT),
            Key(path=("upstreamAddress",), role=Role.UPSTREAM),
            Key(path=("totalDuration",), role=Role.SECONDS, unit=Unit.MILLISECONDS),
            Key(path=("upstreamRqDuration",), role=Role.UPSTREAM_SECONDS, unit=Unit.MILLISECONDS),
            Key(path=("responseDetails",), role=Role.WORD_A),
            Key(path=("requestId",), role=Role.KEY),
        ),
        needs=frozenset({Role.TIME, Role.STATUS, Role.METHOD, Role.SECONDS}),
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


def judge(signs: Signs) -> Judged:
    """Judge by the details."""
    details = signs.words[0]
    if signs.status not in FAILED_STATUS:
        return Judged()
    if not details:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR if signs.upstream else FailureId.UNKNOWN)
    if b"connection refused" in details:
        return Judged(failed=True, failure=FailureId.CONNECT_REFUSED)
    ended = signs.status == 502  # noqa: PLR2004
    return Judged(failed=True, failure=FailureId.CLOSED_BEFORE_RESPONSE if ended else FailureId.UNKNOWN)


EXAMPLES = (
    Example(
        line=b'{"requestId":"aBcDeFgHiJkLmNoPqRsTuV","timestamp":"2026-11-20T14:02:11.621594827Z","method":"GET",'
        b'"path":"/cart",'
        b'"host":"shop.example.com","httpStatus":200,"upstreamProto":"HTTP/1.1","responseDetails":"",'
        b'"totalDuration":42,'
        b'"upstreamAddress":"http://[2001:db8::11]:8080","upstreamRqDuration":40,"srcIp":"192.0.2.7",'
        b'"upstreamErrors":""}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="http://[2001:db8::11]:8080",
        client="192.0.2.7",
        seconds=0.042,
    ),
    Example(
        line=b'{"requestId":"aBcDeFgHiJkLmNoPqRsTuW","timestamp":"2026-11-20T14:02:12Z","method":"POST","path":"/pay",'
        b'"httpStatus":502,"responseDetails":"connection refused","totalDuration":7,"upstreamAddress":'
        b'"http://[2001:db8::11]:8080","upstreamRqDuration":0,"srcIp":"192.0.2.7"}',
        at="2026-11-20T14:02:12Z",
        status=502,
        route="POST /pay",
        upstream="http://[2001:db8::11]:8080",
        client="192.0.2.7",
        seconds=0.007,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'{"requestId":"aBcDeFgHiJkLmNoPqRsTuX","timestamp":"2026-11-20T14:02:13Z","method":"GET","path":'
        b'"/\\",\\"httpStatus\\":502","httpStatus":200,"responseDetails":"","totalDuration":5,"clientUa":'
        b'"\\"httpStatus\\":502,\\"responseDetails\\":\\"connection refused\\" 502 ","srcIp":"192.0.2.7"}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="192.0.2.7",
        seconds=0.005,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="railway",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Railway docs: Logs, HTTP logs; Application failed to respond",
)
