"""Azure Front Door's access log: JSON lines of category `FrontDoorAccessLog` (classic: `FrontdoorAccessLog`).

`errorInfo` names what went wrong between the edge and the origin. The status is logged as a string, and as `0` where no
answer was given. The origin is named by its host name and port (`originName`; classic: `backendHostname`).
"""

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Kind, Plan, Role, Shape
from why502.observations.failure import FailureId

NAME = "azure-front-door"

_NAMES = {
    "httpStatusCode": Role.STATUS,
    "httpMethod": Role.METHOD,
    "requestUri": Role.PATH,
    "clientIp": Role.CLIENT,
    "originName": Role.UPSTREAM,
    "backendHostname": Role.UPSTREAM,
    "timeTaken": Role.SECONDS,
    "errorInfo": Role.WORD_A,
    "ErrorInfo": Role.WORD_A,
    "trackingReference": Role.KEY,
}
_KEYS = (
    Key(path=("time",), role=Role.TIME),
    *(Key(path=("properties", name), role=role) for name, role in _NAMES.items()),
)
_OTHERS = ("FrontDoorHealthProbeLog", "FrontDoorWebApplicationFirewallLog", "FrontdoorWebApplicationFirewallLog")
PLANS = (
    *(
        Plan(
            name=NAME,
            shape=Shape.JSON,
            keys=(Key(path=("category",), equals=category), *_KEYS),
            needs=frozenset({Role.TIME, Role.STATUS}),
        )
        for category in ("FrontDoorAccessLog", "FrontdoorAccessLog")
    ),
    *(
        Plan(
            name=NAME,
            shape=Shape.JSON,
            kind=Kind.OTHER,
            keys=(Key(path=("category",), equals=category),),
            needs=frozenset(),
        )
        for category in _OTHERS
    ),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


ERRORS = {
    b"CertificateError": FailureId.TLS_FAILED,
    b"CertificateNameCheckFailed": FailureId.TLS_FAILED,
    b"DNSFailure": FailureId.RESOLVE_FAILED,
    b"DNSNameNotResolved": FailureId.RESOLVE_FAILED,
    b"DNSTimeout": FailureId.RESOLVE_FAILED,
    b"OriginConnectionAborted": FailureId.RESET_BEFORE_RESPONSE,
    b"OriginConnectionError": FailureId.CONNECT_REFUSED,
    b"OriginConnectionRefused": FailureId.CONNECT_REFUSED,
    b"OriginInvalidResponse": FailureId.INVALID_RESPONSE,
    b"OriginTimeout": FailureId.RESPONSE_TIMEOUT,
    b"ResponseHeaderTooBig": FailureId.HEADER_TOO_BIG,
    b"SSLHandshakeError": FailureId.TLS_FAILED,
    b"SSLInvalidCipher": FailureId.TLS_FAILED,
    b"SSLInvalidRootCA": FailureId.TLS_FAILED,
}


def judge(signs: Signs) -> Judged:
    """Judge by the error's name; where the edge names none, a 50x came from the origin."""
    error = signs.words[0]
    if error in ERRORS and (signs.status in FAILED_STATUS or signs.status == 0):
        return Judged(failed=True, failure=ERRORS[error])
    if signs.status not in FAILED_STATUS:
        return Judged()
    answered = error == b"NoError" and signs.upstream
    return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR if answered else FailureId.UNKNOWN)


EXAMPLES = (
    Example(
        line=b'{"category":"FrontDoorAccessLog","operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{'
        b'"trackingReference":"20261120T140211Z-0123456789abcdef","httpMethod":"GET","requestUri":'
        b'"https://shop.example.com:443/cart?id=7","clientIp":"192.0.2.7","timeTaken":"0.081","httpStatusCode":"200",'
        b'"errorInfo":"NoError","originUrl":"https://app.example.net:443/cart","originIp":"198.51.100.17:443",'
        b'"originName":'
        b'"app.example.net:443"},"time":"2026-11-20T14:02:11.6479719Z"}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="app.example.net:443",
        client="192.0.2.7",
        seconds=0.081,
    ),
    Example(
        line=b'{"time":"2026-11-20T14:02:12.1Z","category":"FrontDoorAccessLog","properties":{"httpMethod":"POST",'
        b'"requestUri":'
        b'"https://shop.example.com:443/pay","clientIp":"192.0.2.7","timeTaken":"0.020","httpStatusCode":"503",'
        b'"errorInfo":'
        b'"OriginConnectionRefused","originName":"app.example.net:443","originIp":"198.51.100.17:443"}}',
        at="2026-11-20T14:02:12Z",
        status=503,
        route="POST /pay",
        upstream="app.example.net:443",
        client="192.0.2.7",
        seconds=0.02,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'{"category":"FrontdoorAccessLog","properties":{"ErrorInfo":"NoError",'
        b'"backendHostname":"app.example.net:443",'
        b'"clientIp":"192.0.2.7","httpMethod":"GET","httpStatusCode":"200",'
        b'"requestUri":"https://shop.example.com:443/\\",'
        b'\\"httpStatusCode\\":\\"502\\"","timeTaken":"0.122","userAgent":"\\"httpStatusCode\\":\\"502\\", 502 '
        b'OriginTimeout"},"time":"2026-11-20T14:02:13.9266300Z"}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        upstream="app.example.net:443",
        client="192.0.2.7",
        seconds=0.122,
    ),
    Example(
        line=b'{"time":"2026-11-20T14:02:14Z","category":"FrontDoorAccessLog","properties":{"httpMethod":"GET",'
        b'"requestUri":'
        b'"https://shop.example.com:443/slow","clientIp":"192.0.2.7","timeTaken":"30.001","httpStatusCode":"0",'
        b'"errorInfo":'
        b'"OriginTimeout","originName":"app.example.net:443"}}',
        at="2026-11-20T14:02:14Z",
        route="GET /slow",
        upstream="app.example.net:443",
        client="192.0.2.7",
        seconds=30.001,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="azure-front-door",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Microsoft, Azure Front Door: Monitor, access log properties and errorInfo; classic: diagnostics",
    rank=30,
)
