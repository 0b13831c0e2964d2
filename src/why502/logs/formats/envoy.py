"""Envoy's default text format, and any text format as a directive.

Time is the request's start (UTC); retries are no lines of their own, the upstream is the last tried. The client is
X-Forwarded-For, which the default format alone has. A line whose User-Agent holds a quote is unreadable: Envoy does not
escape it, and what stands behind could be the client's words.
"""

from why502.logs.envoy_lines import behind, compiled, judge
from why502.logs.format import Example, LogFormat
from why502.logs.plan import Kind, Literal, Plan, Role, Take
from why502.logs.prefixes import anywhere
from why502.observations.failure import FailureId

NAME = "envoy"
DEFAULT = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" '
    '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"'
)
_OWN_LOG = Plan(
    name=NAME,
    kind=Kind.OTHER,
    steps=(
        Literal(text=b"["),
        Take(role=Role.TIME, stop=b"]"),
        Literal(text=b"]["),
        Take(role=Role.NONE, stop=b"]", bare=True),
        Literal(text=b"]["),
        Take(role=Role.NONE, stop=b"]", bare=True),
        Literal(text=b"]["),
        Take(role=Role.NONE, stop=b"]", bare=True),
        Literal(text=b"] "),
        Take(role=Role.NONE),
    ),
)
PLANS = compiled(NAME, DEFAULT)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    made = behind(first, PLANS)
    return (*made, _OWN_LOG) if made else ()


def _directive(text: str) -> tuple[Plan, ...]:
    return anywhere(compiled(NAME, text))


EXAMPLES = (
    Example(
        line=b'[2026-11-21T19:06:12.128Z] "GET /s200?a=502 HTTP/1.1" 200 - 0 3 1 0 "9.9.9.9" "curl" "008b945e" '
        b'"127.0.0.1:29300" "127.0.0.1:29001"',
        at="2026-11-21T19:06:12Z",
        status=200,
        route="GET /*",
        upstream="127.0.0.1:29001",
        client="9.9.9.9",
        seconds=0.001,
    ),
    Example(
        line=b'[2026-11-21T19:06:15.422Z] "GET /refused HTTP/1.1" 503 URX,UF 0 121 6 - "-" "curl/7.88.1" "fe359f20" '
        b'"127.0.0.1:29300" "127.0.0.1:29002"',
        at="2026-11-21T19:06:15Z",
        status=503,
        route="GET /refused",
        upstream="127.0.0.1:29002",
        seconds=0.006,
        failed=True,
        failure=FailureId.CONNECT_REFUSED,
    ),
    Example(
        line=b'[2026-11-21T19:06:12.271Z] "GET /trunc HTTP/1.1" 200 UPE 0 3 104 3 "-" "curl/7.88.1" "331ca9aa" '
        b'"127.0.0.1:29300" "127.0.0.1:29001"',
        at="2026-11-21T19:06:12Z",
        status=200,
        route="GET /trunc",
        upstream="127.0.0.1:29001",
        seconds=0.104,
        failed=True,
        failure=FailureId.TRUNCATED_RESPONSE,
    ),
    Example(
        line=b'[2026-11-21T19:06:12.171Z] "GET /up HTTP/1.1" 502 - 0 3 7 7 "-" "curl/7.88.1" "829c5bda" '
        b'"127.0.0.1:29300" "127.0.0.1:29001"',
        at="2026-11-21T19:06:12Z",
        status=502,
        route="GET /up",
        upstream="127.0.0.1:29001",
        seconds=0.007,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b'[2026-11-21T19:06:15.458Z] "GET /slow HTTP/1.1" 0 DC 0 0 200 - "-" "curl/7.88.1" "84b131fd" '
        b'"127.0.0.1:29300" "127.0.0.1:29001"',
        at="2026-11-21T19:06:15Z",
        route="GET /slow",
        upstream="127.0.0.1:29001",
        seconds=0.2,
    ),
    Example(
        line=b'[2026-11-21T19:06:16.907Z] "GET /a"b\\\\f#g HTTP/1.1" 200 - 0 3 4 4 "-" "evil 502 UF 0 0 0 - \\" '
        b'"dc2ea394" "a" "127.0.0.1:29001"',
        at="2026-11-21T19:06:16Z",
        status=200,
        route="GET /*",
        upstream="127.0.0.1:29001",
        seconds=0.004,
    ),
    Example(
        line=b"[2026-11-21 19:06:17.427][9128][info][main] [source/server/server.cc:1167] shutting down 502 ",
        at="2026-11-21T19:06:17Z",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="envoy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Envoy documentation, Access logging: default format string, command operators; seen with 1.40.0",
    directive=_directive,
)
