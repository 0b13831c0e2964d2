"""HAProxy's `option httplog clf`: the common log format, and behind it what `option httplog` has.

Time is when the request came in, with its zone. The upstream is the server's name alone; the backend's stands
before it. Captured cookies and headers come last and are not read.
"""

from why502.logs.format import Example, LogFormat
from why502.logs.haproxy_lines import compiled, judge
from why502.logs.plan import Plan
from why502.logs.prefixes import MOST_LOOKED_AT, anywhere
from why502.observations.failure import FailureId

NAME = "haproxy-clf"
DEFAULT = (
    '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq '
    "%{-Q}[rest]"
)
PLANS = compiled(NAME, DEFAULT)


def _plans(first: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return anywhere(PLANS) if any(b'] "' in line and b' "" "" ' in line for line in first[:MOST_LOOKED_AT]) else ()


EXAMPLES = (
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:19:00:51 +0000] "GET /s502 HTTP/1.1" 502 59 "" "" 39126 441 "clf" "b" "s1" '
        b'0 0 0 0 0 ---- 1 1 0 0 0 0 0 "" "" ',
        at="2026-11-21T19:00:51Z",
        status=502,
        route="GET /*",
        upstream="s1",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b'<134>Nov 21 19:00:51 haproxy[7]: 127.0.0.1 - - [21/Nov/2026:19:00:51 +0000] "GET /x HTTP/1.1" 504 198 '
        b'"" "" 39126 441 "clf" "b" "s1" 0 0 0 -1 500 sH-- 1 1 0 0 0 0 0 "" "" ',
        at="2026-11-21T19:00:51Z",
        status=504,
        route="GET /x",
        upstream="s1",
        client="127.0.0.1",
        seconds=0.5,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:19:00:51 +0000] "GET /x#22 HTTP/1.1" 200 59 "" "" 39126 441 "clf" "b" "s1" '
        b'0 0 0 0 1 ---- 1 1 0 0 0 0 0 "" "" "x 502 sH-- "',
        at="2026-11-21T19:00:51Z",
        status=200,
        route="GET /x",
        upstream="s1",
        client="127.0.0.1",
        seconds=0.001,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="haproxy",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="HAProxy, configuration manual, option httplog clf; src/log.c; seen with 2.6.12 and 2.8.25",
    rank=30,
)
