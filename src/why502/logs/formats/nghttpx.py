"""nghttpx's access log: `combined` in which HTTP/2 has no minor version, and any `accesslog-format`."""

import re

from why502.logs import nginx_plans
from why502.logs.format import Example, LogFormat, by_status
from why502.logs.formats import nginx_combined
from why502.logs.plan import Plan
from why502.observations.failure import FailureId

NAME = "nghttpx"
PLANS = (Plan(name=NAME, steps=nginx_combined.STEPS, needs=nginx_combined.PLANS[0].needs),)
_DIRECTIVE = re.compile(r"\s*-{0,2}accesslog-format\s*=\s*")


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    """Take a log that shows HTTP/2: one without is `combined` byte for byte, and called so."""
    return PLANS if nginx_combined.is_odd(lines, nginx_combined.NGHTTPX) else ()


_AS_NGINX = (
    (re.compile(r"\$\{?backend_host\}?:\$\{?backend_port\}?"), "$upstream_addr"),
    (re.compile(r"\$\{?backend_host\}?"), "$upstream_addr"),
    (re.compile(r"\$\{?method\}?\b"), "$request_method"),
    (re.compile(r"\$\{?path(?:_without_query)?\}?\b"), "$request_uri"),
)
"""Its variables are nginx's but for these."""


def _directive(text: str) -> tuple[Plan, ...]:
    whole = _DIRECTIVE.match(text)
    rest = text[whole.end() :] if whole else text
    for looks, name in _AS_NGINX:
        rest = looks.sub(name, rest)
    return nginx_plans.from_text(rest, NAME)


EXAMPLES = (
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:55:05 +0000] "GET /slow HTTP/1.1" 504 137 "-" "curl/7.88.1"',
        at="2026-11-21T13:55:05Z",
        status=504,
        route="GET /slow",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:55:06 +0100] "GET /api/items/17 HTTP/2" 200 137 "-" "curl/7.88.1"',
        at="2026-11-21T12:55:06Z",
        status=200,
        route="GET /api/items/*",
        client="127.0.0.1",
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:55:07 +0000] "GET /x HTTP/3" 200 2 "\\x22 504 1" '
        b'"\\x22 502 - [21/Nov/2026:13:55:07 +0000] \\x22GET / HTTP/1.1\\x22 502 1"',
        at="2026-11-21T13:55:07Z",
        status=200,
        route="GET /x",
        client="127.0.0.1",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="nghttpx",
    plans=_plans,
    judge=by_status,
    examples=EXAMPLES,
    source="nghttp2, nghttpx(1) (accesslog-format); seen with 1.52.0",
    rank=39,
    directive=_directive,
)
