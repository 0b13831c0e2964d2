"""Istio's default text format of its proxies: Envoy's with details and the transport's reason; 1.5 and older too.

The client is the address that connected (in a mesh: the other proxy), without port.
"""

from why502.logs.envoy_lines import behind, compiled, judge
from why502.logs.format import Example, LogFormat
from why502.logs.plan import Kind, Literal, Plan, Role, Take
from why502.observations.failure import FailureId

NAME = "istio"
_HEAD = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
)
_TAIL = (
    '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% '
    '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" '
    '"%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
    "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%"
)
DEFAULT = _HEAD + "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% " + _TAIL
_OLD = _HEAD + '"%DYNAMIC_METADATA(istio.mixer:status)%" ' + _TAIL
_OWN_LOG = Plan(
    name=NAME,
    kind=Kind.OTHER,
    steps=(
        Take(role=Role.TIME, stop=b"\t", bare=True),
        Literal(text=b"\t"),
        Take(role=Role.NONE, stop=b"\t", bare=True),
        Literal(text=b"\t"),
        Take(role=Role.NONE),
    ),
)
PLANS = (*compiled(NAME, DEFAULT), *compiled(NAME, _OLD))


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    made = behind(first, PLANS)
    return (*made, _OWN_LOG) if made else ()


EXAMPLES = (
    Example(
        line=b'[2026-11-21T19:06:11.128Z] "GET /six HTTP/1.1" 200 - via_upstream - "-" 0 3 1 0 "-" "curl" "008b945e" '
        b'"shop" "[2001:db8::5]:8000" outbound|80||shop [2001:db8::7]:38016 [2001:db8::1]:80 [2001:db8::7]:54368 - -',
        at="2026-11-21T19:06:11Z",
        status=200,
        route="GET /six",
        upstream="[2001:db8::5]:8000",
        client="[2001:db8::7]",
        seconds=0.001,
    ),
    Example(
        line=b'[2026-11-21T19:06:12.128Z] "GET /s200 HTTP/1.1" 200 - via_upstream - "-" 0 3 1 0 "-" "curl" "008b945e" '
        b'"shop" "10.0.0.5:8000" outbound|80||shop.default.svc.cluster.local 10.0.0.7:38016 10.96.0.1:80 '
        b"10.0.0.7:54368 - default",
        at="2026-11-21T19:06:12Z",
        status=200,
        route="GET /*",
        upstream="10.0.0.5:8000",
        client="10.0.0.7",
        seconds=0.001,
    ),
    Example(
        line=b'[2026-11-21T19:06:15.422Z] "GET /refused HTTP/1.1" 503 URX,UF upstream_reset_before_response_started'
        b'{remote_connection_failure|delayed_connect_error:_No_route_to_host} - "delayed_connect_error:_No_route_to_'
        b'host" 0 121 6 - "-" "curl/7.88.1" "fe359f20" "shop" "10.0.0.5:8000" r - 10.96.0.1:80 10.0.0.7:46520 - -',
        at="2026-11-21T19:06:15Z",
        status=503,
        route="GET /refused",
        upstream="10.0.0.5:8000",
        client="10.0.0.7",
        seconds=0.006,
        failed=True,
        failure=FailureId.CONNECT_UNREACHABLE,
    ),
    Example(
        line=b'[2026-11-21T19:06:12.225Z] "GET /close HTTP/1.1" 503 UC upstream_reset_before_response_started'
        b'{connection_termination} - "-" 0 95 2 - "-" "curl/7.88.1" "5aaff782" "shop" "10.0.0.5:8000" u '
        b"10.0.0.7:38048 10.96.0.1:80 10.0.0.7:54406 shop.example default",
        at="2026-11-21T19:06:12Z",
        status=503,
        route="GET /close",
        upstream="10.0.0.5:8000",
        client="10.0.0.7",
        seconds=0.002,
        failed=True,
        failure=FailureId.CLOSED_BEFORE_RESPONSE,
    ),
    Example(
        line=b'[2026-11-21T19:06:15.442Z] "GET /direct HTTP/1.1" 502 - direct_response - "-" 0 0 0 - "-" "curl/7.88.1" '
        b'"468a5239" "shop" "-" - - 10.96.0.1:80 10.0.0.7:46524 - -',
        at="2026-11-21T19:06:15Z",
        status=502,
        route="GET /direct",
        client="10.0.0.7",
        seconds=0.0,
    ),
    Example(
        line=b'[2020-01-21T19:06:15.442Z] "GET /old HTTP/1.1" 503 UF "-" "-" 0 91 2 - "-" "curl/7.88.1" "468a5239" '
        b'"shop" "10.0.0.5:8000" - - 10.96.0.1:80 10.0.0.7:46524 - -',
        at="2020-01-21T19:06:15Z",
        status=503,
        route="GET /old",
        upstream="10.0.0.5:8000",
        client="10.0.0.7",
        seconds=0.002,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'[2026-11-21T19:06:16.907Z] "GET /x"502 HTTP/1.1" 200 - via_upstream - "-" 0 3 4 4 "-" "evil 503 UF '
        b'upstream_reset_before_response_started{x} - 502 " "dc2ea394" "a" "10.0.0.5:8000" u 10.0.0.7:53796 '
        b"10.96.0.1:80 10.0.0.7:46552 - -",
        at="2026-11-21T19:06:16Z",
        status=200,
        route="GET /*",
        upstream="10.0.0.5:8000",
        client="10.0.0.7",
        seconds=0.004,
    ),
    Example(line=b"2026-11-21T19:06:16.907000Z\tinfo\tReadiness succeeded in 502 ms", at="2026-11-21T19:06:16Z"),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="istio",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Istio documentation, Envoy access logs: default access log format; the format seen with Envoy 1.40.0",
)
