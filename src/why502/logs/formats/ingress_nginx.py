"""The access log of ingress-nginx as it comes (`upstreaminfo`): combined, then the request's time and its upstream."""

from why502.logs import nginx_plans
from why502.logs.format import Example, LogFormat
from why502.logs.plan import Plan
from why502.observations.failure import FailureId

NAME = "ingress-nginx"
TEXT = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" '
    "$request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr "
    "$upstream_response_length $upstream_response_time $upstream_status $req_id"
)
PLANS = nginx_plans.compiled(TEXT, NAME)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


EXAMPLES = (
    Example(
        line=b'10.244.0.1 - - [20/Nov/2026:14:02:11 +0000] "GET /api/items/17 HTTP/1.1" 200 612 "-" "curl/8.4.0" 90 '
        b"0.004 [shop-web-80] [] 10.244.0.7:8080 612 0.003 200 0123456789abcdef0123456789abcdef",
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /api/items/*",
        upstream="10.244.0.7:8080",
        client="10.244.0.1",
        seconds=0.004,
    ),
    Example(
        line=b'10.244.0.1 - - [20/Nov/2026:14:02:12 +0000] "GET / HTTP/2.0" 502 150 "-" "curl/8.4.0" 80 0.001 '
        b"[shop-web-80] [] 10.244.0.7:8080, 10.244.0.7:8080, 10.244.0.7:8080 0, 0, 0 0.001, 0.000, 0.000 502, 502, 502 "
        b"0123456789abcdef0123456789abcdef",
        at="2026-11-20T14:02:12Z",
        status=502,
        route="GET /",
        upstream="10.244.0.7:8080",
        client="10.244.0.1",
        seconds=0.001,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'10.244.0.1 - - [20/Nov/2026:14:02:13 +0000] "GET /x HTTP/1.1" 503 190 "-" "-" 80 0.000 '
        b"[shop-web-80] [] - - - - 0123456789abcdef0123456789abcdef",
        at="2026-11-20T14:02:13Z",
        status=503,
        route="GET /x",
        client="10.244.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'10.244.0.1 - - [20/Nov/2026:14:02:14 +0000] "GET / HTTP/1.1" 200 1 "-" '
        b'"\\x22 90 9.000 [a] [] 10.244.0.9:80 0 9.000 502 0123456789abcdef0123456789abcdef" 90 0.004 '
        b"[shop-web-80] [] 10.244.0.7:8080 1 0.003 200 0123456789abcdef0123456789abcdef",
        at="2026-11-20T14:02:14Z",
        status=200,
        route="GET /",
        upstream="10.244.0.7:8080",
        client="10.244.0.1",
        seconds=0.004,
    ),
    Example(
        line=b'2001:db8::1 - - [20/Nov/2026:14:02:15 +0000] "GET /two HTTP/1.1" 200 612 "-" "curl/8.4.0" 90 1.004 '
        b"[shop-web-80] [] [2001:db8::7]:8080, 10.244.0.8:8080 : 10.244.0.9:80 0, 0 : 612 1.000, 0.001 : 0.003 "
        b"504, 502 : 200 0123456789abcdef0123456789abcdef",
        at="2026-11-20T14:02:15Z",
        status=200,
        route="GET /two",
        upstream="10.244.0.9:80",
        client="2001:db8::1",
        seconds=1.004,
    ),
    Example(
        line=b'10.244.0.1 - - [20/Nov/2026:14:02:15 +0000] "GET / HTTP/1.1" 503 1 "-" "-" 90 0.004 '
        b"[shop-web-80] [] 10.244.0.7:8080 1 0.003 503 0123456789abcdef0123456789abcdef",
        at="2026-11-20T14:02:15Z",
        status=503,
        route="GET /",
        upstream="10.244.0.7:8080",
        client="10.244.0.1",
        seconds=0.004,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="nginx",
    plans=_plans,
    judge=nginx_plans.judge,
    examples=EXAMPLES,
    source="ingress-nginx, log-format-upstream of its ConfigMap documentation",
    rank=20,
)
