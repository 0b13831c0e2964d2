"""Google Cloud's HTTP(S) load balancers, as log entries in JSON lines.

`statusDetails` (classic and global balancers) or `proxyStatus` (regional and internal ones, in the words of RFC 9209)
say whether the backend answered and what went wrong. No backend's address is logged: the backend service stands for it.
"""

from why502.logs import proxy_status
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Key, Plan, Role, Shape
from why502.observations.failure import FailureId

NAME = "gcp-load-balancer"

_KEYS = (
    Key(path=("timestamp",), role=Role.TIME),
    Key(path=("httpRequest", "status"), role=Role.STATUS),
    Key(path=("httpRequest", "requestMethod"), role=Role.METHOD),
    Key(path=("httpRequest", "requestUrl"), role=Role.PATH),
    Key(path=("httpRequest", "remoteIp"), role=Role.CLIENT),
    Key(path=("httpRequest", "latency"), role=Role.SECONDS),
    Key(path=("jsonPayload", "statusDetails"), role=Role.WORD_A),
    Key(path=("jsonPayload", "proxyStatus"), role=Role.WORD_B),
    Key(path=("trace",), role=Role.KEY),
)


def _plan(resource: str, service: str) -> Plan:
    keys = (
        *_KEYS,
        Key(path=("resource", "type"), equals=resource),
        Key(path=("resource", "labels", service), role=Role.UPSTREAM),
    )
    return Plan(name=NAME, shape=Shape.JSON, keys=keys, needs=frozenset({Role.TIME, Role.METHOD}))


PLANS = (
    _plan("http_load_balancer", "backend_service_name"),
    _plan("http_external_regional_lb_rule", "backend_target_name"),
    _plan("internal_http_lb_rule", "backend_target_name"),
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


DETAILS = {
    b"backend_connection_closed_before_data_sent_to_client": FailureId.CLOSED_BEFORE_RESPONSE,
    b"backend_early_response_with_non_error_status": FailureId.INVALID_RESPONSE,
    b"backend_interim_response_not_supported": FailureId.INVALID_RESPONSE,
    b"backend_response_corrupted": FailureId.INVALID_RESPONSE,
    b"backend_response_headers_too_long": FailureId.HEADER_TOO_BIG,
    b"backend_timeout": FailureId.RESPONSE_TIMEOUT,
    b"config_not_found": FailureId.NO_LIVE_UPSTREAM,
    b"error_uncompressing_gzipped_body": FailureId.INVALID_RESPONSE,
    b"failed_to_connect_to_backend": FailureId.CONNECT_REFUSED,
    b"failed_to_negotiate_alpn": FailureId.TLS_FAILED,
    b"failed_to_pick_backend": FailureId.NO_LIVE_UPSTREAM,
    b"response_sent_by_backend": FailureId.UPSTREAM_ANSWERED_ERROR,
    b"serverless_neg_routing_failed": FailureId.NO_LIVE_UPSTREAM,
    b"ssl_certificate_chain_verification_failed": FailureId.TLS_FAILED,
    b"ssl_certificate_san_verification_failed": FailureId.TLS_FAILED,
}
"""Of requests that ended with a 50x."""

CUT = b"backend_connection_closed_after_partial_response_sent"
"""The status is the backend's, or 0: what tells of the failure is this word alone."""

RULES = frozenset({b"denied_by_security_policy", b"fault_filter_abort"})
"""A 50x that a rule of the balancer's own was told to answer."""


def judge(signs: Signs) -> Judged:
    """Judge by the details, then by `proxyStatus`."""
    details, proxied = signs.words[:2]
    if details == CUT:
        return Judged(failed=True, failure=FailureId.TRUNCATED_RESPONSE)
    if signs.status not in FAILED_STATUS or details in RULES:
        return Judged()
    if details in DETAILS:
        return Judged(failed=True, failure=DETAILS[details])
    if proxied and not proxy_status.error(proxied):
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=proxy_status.failure(proxied) or FailureId.UNKNOWN)


_GLOBAL = (
    b'"resource":{"type":"http_load_balancer","labels":{"backend_service_name":"web",'
    b'"project_id":"example","zone":"global"}}'
)
_ENTRY = b'"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry"'

EXAMPLES = (
    Example(
        line=b'{"httpRequest":{"latency":"0.123456s","remoteIp":"192.0.2.7","requestMethod":"GET","requestUrl":'
        b'"https://shop.example.com/cart?id=7","status":200},"insertId":"a1","jsonPayload":{'
        + _ENTRY
        + b',"statusDetails":'
        b'"response_sent_by_backend"},' + _GLOBAL + b',"severity":"INFO","timestamp":"2026-11-20T14:02:11.123456Z"}',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /cart",
        upstream="web",
        client="192.0.2.7",
        seconds=0.123456,
    ),
    Example(
        line=b'{"httpRequest":{"latency":"0.004s","remoteIp":"192.0.2.7","requestMethod":"POST","requestUrl":'
        b'"https://shop.example.com/pay","status":502},"insertId":"a2","jsonPayload":{' + _ENTRY + b',"statusDetails":'
        b'"backend_connection_closed_before_data_sent_to_client"},'
        + _GLOBAL
        + b',"timestamp":"2026-11-20T14:02:12.123456Z"}',
        at="2026-11-20T14:02:12Z",
        status=502,
        route="POST /pay",
        upstream="web",
        client="192.0.2.7",
        seconds=0.004,
        failed=True,
        failure=FailureId.CLOSED_BEFORE_RESPONSE,
    ),
    Example(
        line=b'{"httpRequest":{"latency":"0.1s","remoteIp":"192.0.2.7","requestMethod":"GET","requestUrl":'
        b'"https://shop.example.com/\\"},\\"status\\":502","status":200,"userAgent":"\\"status\\":502,'
        b'\\"statusDetails\\":'
        b'\\"backend_timeout\\" 502 ","referer":"/502"},"jsonPayload":{' + _ENTRY + b',"statusDetails":'
        b'"response_sent_by_backend"},' + _GLOBAL + b',"timestamp":"2026-11-20T14:02:13Z"}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        upstream="web",
        client="192.0.2.7",
        seconds=0.1,
    ),
    Example(
        line=b'{"httpRequest":{"latency":"0.002s","remoteIp":"192.0.2.7","requestMethod":"GET","requestUrl":'
        b'"http://shop.example.com/cart","status":503},"jsonPayload":{' + _ENTRY + b',"proxyStatus":'
        b'"error=\\"destination_unavailable\\"; '
        b'details=\\"failed_to_pick_backend\\""},"resource":{"labels":{"backend_name":"",'
        b'"backend_target_name":"web-eu","region":"europe-west9"},"type":"http_external_regional_lb_rule"},'
        b'"timestamp":"2026-11-20T14:02:14.5Z"}',
        at="2026-11-20T14:02:14Z",
        status=503,
        route="GET /cart",
        upstream="web-eu",
        client="192.0.2.7",
        seconds=0.002,
        failed=True,
        failure=FailureId.NO_LIVE_UPSTREAM,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="gcp-load-balancer",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Google Cloud, Load Balancing: External Application Load Balancer logging; regional: proxyStatus; RFC 9209",
    rank=30,
)
