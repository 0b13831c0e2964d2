"""nginx's built-in format `combined`, which Apache and many others write too: it tells the status and no upstream."""

import re

from why502.logs.format import Example, Judged, LogFormat, Signs, by_status
from why502.logs.plan import Literal, Plan, Quote, Role, Take
from why502.observations.failure import FailureId

_TEXT = Take(role=Role.NONE, stop=b'"', quote=Quote.BACKSLASH)

STEPS = (
    Take(role=Role.CLIENT, stop=b" "),
    Literal(text=b" - "),
    # A user name may hold blanks, but no quote: `[` cannot be imitated before `] "`.
    Take(role=Role.NONE, stop=b"["),
    Literal(text=b"["),
    Take(role=Role.TIME, stop=b"]"),
    Literal(text=b'] "'),
    Take(role=Role.REQUEST, stop=b'"', quote=Quote.BACKSLASH),
    Literal(text=b'" '),
    Take(role=Role.STATUS, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.NONE, stop=b" "),
    Literal(text=b' "'),
    _TEXT,
    Literal(text=b'" "'),
    _TEXT,
    Literal(text=b'"'),
)
PLANS = (Plan(name="nginx-combined", steps=STEPS, needs=frozenset({Role.TIME, Role.STATUS})),)


NOT_NGINX = re.compile(rb'\A[^{].*(?:\\"|" [1-5]\d\d - )', re.DOTALL)
"""A quote behind a backslash (nginx writes `\\x22`), and a dash for no bytes: Apache's way."""

NGHTTPX = re.compile(rb' HTTP/[23]" [1-5]\d\d ')
LOOKED_AT = 400
_COMMON = re.compile(rb"\S{1,255} \S{1,64} .{0,200}?\[\d\d/[A-Z][a-z]{2}/\d{4}:")


def is_odd(lines: tuple[bytes, ...], looks: re.Pattern[bytes]) -> bool:
    """Tell whether a tenth of the lines of this kind show what one product alone writes."""
    some = [line for line in lines[:LOOKED_AT] if _COMMON.match(line)]
    return 10 * sum(looks.search(line) is not None for line in some) > len(some)


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return () if is_odd(lines, NOT_NGINX) or is_odd(lines, NGHTTPX) else PLANS


def judge(signs: Signs) -> Judged:
    """Judge by the status: a plain 503 is as often a limit of nginx's own, which the error log tells."""
    return by_status(signs)


EXAMPLES = (
    Example(
        line=b'127.0.0.1 - - [20/Nov/2026:14:02:11 +0100] "GET /api/items/17?x=1 HTTP/1.1" 200 612 "-" "curl/7.88.1"',
        at="2026-11-20T13:02:11Z",
        status=200,
        route="GET /api/items/*",
        client="127.0.0.1",
    ),
    Example(
        line=b'2001:db8::7 - al bo [20/Nov/2026:14:02:12 +0000] "POST /pay HTTP/2.0" 502 157 "https://a.example/" "-"',
        at="2026-11-20T14:02:12Z",
        status=502,
        route="POST /pay",
        client="2001:db8::7",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'127.0.0.1 - - [20/Nov/2026:14:02:13 +0000] "GET /\\x22 502 157 HTTP/1.1" 200 5 "-" '
        b'"\\x22 502 - [20/Nov/2026:14:02:13 +0000] \\x22GET / HTTP/1.1\\x22 502 1"',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="127.0.0.1",
    ),
    Example(
        line=b'127.0.0.1 - - [20/Nov/2026:14:02:14 +0000] "\\x16\\x03\\x01\\x02" 400 157 "-" "-"',
        at="2026-11-20T14:02:14Z",
        status=400,
        client="127.0.0.1",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name="nginx-combined",
    gateway="nginx",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="nginx, ngx_http_log_module: the predefined format combined; seen with 1.22.1",
    rank=40,
)
