"""Azure Application Gateway's access log: JSON lines of category `ApplicationGatewayAccessLog`.

v2 tells times in seconds and its errors by name (`error_info`); v1, known by its `instanceId`, tells `timeTaken` in
milliseconds and names the backend only inside the query, where a client writes too. Other categories (firewall,
performance, health) are lines of another kind.
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Kind, Plan, Role, Shape, Unit
from why502.observations.failure import FailureId

NAME = "azure-application-gateway"


def _in(name: str, role: Role, unit: Unit = Unit.SECONDS) -> Key:
    return Key(path=("properties", name), role=role, unit=unit)


_KEYS = (
    Key(path=("category",), equals="ApplicationGatewayAccess"),
    Key(path=("timeStamp",), role=Role.TIME),
    Key(path=("timestamp",), role=Role.TIME),
    Key(path=("time",), role=Role.TIME),
    _in("httpStatus", Role.STATUS),
    _in("httpMethod", Role.METHOD),
    _in("requestUri", Role.PATH),
    _in("clientIP", Role.CLIENT),
    _in("clientIp", Role.CLIENT),
    _in("serverRouted", Role.UPSTREAM),
    _in("serverStatus", Role.UPSTREAM_STATUS),
    _in("serverResponseLatency", Role.UPSTREAM_SECONDS),
    _in("error_info", Role.WORD_A),
    _in("transactionId", Role.KEY),
)
_NEEDS = frozenset({Role.TIME, Role.STATUS})
PLANS = (
    Plan(
        name=NAME,
        shape=Shape.JSON,
        keys=(
            *_KEYS,
            Key(path=("properties", "instanceId"), equals="ApplicationGatewayRole"),
            _in("timeTaken", Role.SECONDS, Unit.MILLISECONDS),
        ),
        needs=_NEEDS,
    ),
    Plan(name=NAME, shape=Shape.JSON, keys=(*_KEYS, _in("timeTaken", Role.SECONDS)), needs=_NEEDS),
    *(
        Plan(
            name=NAME,
            shape=Shape.JSON,
            kind=Kind.OTHER,
            keys=(Key(path=("category",), equals=f"ApplicationGateway{other}Log"),),
            needs=frozenset(),
        )
        for other in ("Firewall", "Performance")
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


ERRORS = {
    b"ERRORINFO_UPSTREAM_NO_LIVE": FailureId.NO_LIVE_UPSTREAM,
    b"ERRORINFO_UPSTREAM_CLOSED_CONNECTION": FailureId.CLOSED_BEFORE_RESPONSE,
    b"ERRORINFO_UPSTREAM_TIMED_OUT": FailureId.RESPONSE_TIMEOUT,
}


def judge(signs: Signs) -> Judged:
    """Judge by the error's name, then by whether a backend answered so."""
    if signs.status not in FAILED_STATUS:
        return Judged()
    if signs.words[0] in ERRORS:
        return Judged(failed=True, failure=ERRORS[signs.words[0]])
    if signs.upstream_status == b"%d" % signs.status:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=FailureId.UNKNOWN)


_V2 = b'"category":"ApplicationGatewayAccessLog","operationName":"ApplicationGatewayAccess"'

EXAMPLES = (
    Example(
        line=b'{"timeStamp":"2026-11-20T14:02:11+00:00",'
        + _V2
        + b',"properties":{"instanceId":"appgw_1","clientIP":"192.0.2.7",'
        b'"httpMethod":"GET","originalRequestUriWithArgs":"\\/cart?id=7","requestUri":"\\/cart","requestQuery":"id=7",'
        b'"httpStatus":200,"timeTaken":0.034,"transactionId":"0123456789abcdef0123456789abcdef","serverRouted":'
        b'"198.51.100.17:443","serverStatus":"200","serverResponseLatency":"0.028","error_info":"ERRORINFO_NO_ERROR"}}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="198.51.100.17:443",
        client="192.0.2.7",
        seconds=0.034,
    ),
    Example(
        line=b'{"timeStamp":"2026-11-20T14:02:12+00:00",'
        + _V2
        + b',"properties":{"instanceId":"appgw_1","clientIP":"192.0.2.7",'
        b'"httpMethod":"POST","requestUri":"/pay","httpStatus":502,"timeTaken":0.004,'
        b'"serverRouted":"198.51.100.17:443",'
        b'"serverStatus":"","serverResponseLatency":"0.004","error_info":"ERRORINFO_UPSTREAM_CLOSED_CONNECTION"}}',
        at="2026-11-20T14:02:12Z",
        status=502,
        route="POST /pay",
        upstream="198.51.100.17:443",
        client="192.0.2.7",
        seconds=0.004,
        failed=True,
        failure=FailureId.CLOSED_BEFORE_RESPONSE,
    ),
    Example(
        line=b'{"time":"2026-11-20T14:02:13Z",'
        + _V2
        + b',"properties":{"instanceId":"ApplicationGatewayRole_IN_0","clientIP":'
        b'"192.0.2.7","httpMethod":"GET","requestUri":"/\\",\\"httpStatus\\":502","requestQuery":"SERVER-STATUS=502&'
        b'SERVER-ROUTED=198.51.100.17","userAgent":"\\"error_info\\":\\"ERRORINFO_UPSTREAM_TIMED_OUT\\" 502 '
        b'","httpStatus":404,'
        b'"timeTaken":205}}',
        at="2026-11-20T14:02:13Z",
        status=404,
        route="GET /*",
        client="192.0.2.7",
        seconds=0.205,
    ),
    Example(
        line=b'{"time":"2026-11-20T14:02:14Z",'
        + _V2
        + b',"properties":{"instanceId":"appgw_1","clientIP":"192.0.2.7","httpMethod":'
        b'"GET","requestUri":"/cart","httpStatus":502,"timeTaken":0.2,"serverRouted":"198.51.100.17:443",'
        b'"serverStatus":"502"}}',
        at="2026-11-20T14:02:14Z",
        status=502,
        route="GET /cart",
        upstream="198.51.100.17:443",
        client="192.0.2.7",
        seconds=0.2,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b'{"timeStamp":"2026-11-20T14:02:15+00:00","category":"ApplicationGatewayFirewallLog","operationName":'
        b'"ApplicationGatewayFirewall","properties":{"clientIp":"192.0.2.7","requestUri":"/x","ruleId":"920350"}}',
        at="1970-01-01T00:00:00Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="azure-application-gateway",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Microsoft, Azure Application Gateway monitoring data reference: access log category, v2 and v1",
    rank=30,
)
