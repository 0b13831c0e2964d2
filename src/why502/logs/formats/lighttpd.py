"""lighttpd's access log: its default names the Host where others write a dash; and any `accesslog.format`."""

import re

from why502.logs import clf_plans
from why502.logs.format import Example, LogFormat, by_status
from why502.logs.formats import apache
from why502.logs.plan import Plan
from why502.observations.failure import FailureId

NAME = "lighttpd"
DEFAULT = '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
PLANS = clf_plans.compiled(DEFAULT, NAME, apache.meaning)
_DIRECTIVE = re.compile(r"\s*accesslog\.format\s*\+?=\s*")


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


def _directive(text: str) -> tuple[Plan, ...]:
    whole = _DIRECTIVE.match(text)
    return clf_plans.compiled(clf_plans.unquoted(text[whole.end() :] if whole else text), NAME, apache.meaning)


EXAMPLES = (
    Example(
        line=b'127.0.0.1 127.0.0.1:21030 - [21/Nov/2026:13:49:16 +0000] "GET /app HTTP/1.1" 502 4 "-" "curl/7.88.1"',
        at="2026-11-21T13:49:16Z",
        status=502,
        route="GET /app",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'127.0.0.1 a.example - [21/Nov/2026:13:49:17 +0100] "GET /a/17 HTTP/1.1" 200 12 "-" "curl/7.88.1"',
        at="2026-11-21T12:49:17Z",
        status=200,
        route="GET /a/*",
        client="127.0.0.1",
    ),
    Example(
        line=b'127.0.0.1 a.example - [21/Nov/2026:13:49:18 +0000] "GET /\\" 502 4 HTTP/1.1" 404 5 "-" '
        b'"\\" a - [21/Nov/2026:13:49:18 +0000] \\"GET / HTTP/1.1\\" 502 1"',
        at="2026-11-21T13:49:18Z",
        status=404,
        route="GET /*",
        client="127.0.0.1",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="lighttpd",
    plans=_plans,
    judge=by_status,
    examples=EXAMPLES,
    source="lighttpd 1.4, mod_accesslog (accesslog.format); seen with 1.4.69. A line comes up to 4 s late",
    rank=60,
    directive=_directive,
)
