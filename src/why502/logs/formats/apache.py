"""Apache's access logs: `common`, `combined`, `vhost_combined` unaided, and any `LogFormat` as a directive."""

import re

from why502.logs import clf_plans
from why502.logs.clf_plans import Meaning, Token
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.formats import nginx_combined
from why502.logs.plan import Literal, Plan, Role, Take, Unit
from why502.observations.failure import FailureId

NAME = "apache"
COMMON = '%h - %u %t "%r" %>s %b'
"""`%l` is a dash wherever no ident daemon is asked, and so told from other products' formats."""

COMBINED = COMMON + ' "%{Referer}i" "%{User-Agent}i"'

_MEANINGS = {
    "h": Meaning(role=Role.CLIENT),
    "a": Meaning(role=Role.CLIENT),
    "u": Meaning(text=True),
    "r": Meaning(role=Role.REQUEST, text=True),
    "m": Meaning(role=Role.METHOD),
    "U": Meaning(role=Role.PATH, text=True),
    "s": Meaning(role=Role.STATUS),
    "p": Meaning(port=True),
    "D": Meaning(role=Role.SECONDS, unit=Unit.MICROSECONDS),
    "L": Meaning(role=Role.WORD_B, present=True),
}
_WORDS = frozenset("lbBIOSpPXkvVAHD") | {"^FB", "^FU"}
_OWN_WORDS = frozenset(
    {"BALANCER_NAME", "BALANCER_WORKER_ROUTE", "BALANCER_ROUTE_CHANGED", "UNIQUE_ID", "SSL_PROTOCOL", "SSL_CIPHER"}
)


def meaning(token: Token) -> Meaning:
    """Say what one token writes; tokens that clients fill are text."""
    match token.letter, token.name:
        case "t", name:
            return clf_plans.time_of(name)
        case "T", name:
            return clf_plans.took(name)
        case "e", "BALANCER_WORKER_NAME":
            return Meaning(role=Role.UPSTREAM)
        case "n", "proxy-status":
            return Meaning(role=Role.UPSTREAM_STATUS)
        case "a", "c":
            return Meaning()
        case ("L", "c") | ("e", "BALANCER_NAME"):
            return Meaning()
        case "e", name if name in _OWN_WORDS:
            return Meaning()
    return _MEANINGS.get(token.letter, Meaning(text=token.letter not in _WORDS))


COMMON_PLANS = clf_plans.compiled(COMMON, NAME, meaning)
COMBINED_PLANS = clf_plans.compiled(COMBINED, NAME, meaning)
VHOST_PLANS = clf_plans.compiled("%v:%p " + COMBINED, NAME, meaning)


ANYTHING = Plan(
    name=NAME,
    steps=(*COMBINED_PLANS[0].steps, Literal(text=b" "), Take(role=Role.NONE)),
    needs=COMBINED_PLANS[0].needs,
)
"""Combined with something behind that is not understood."""


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    own = (ANYTHING,) if nginx_combined.is_odd(lines, nginx_combined.NOT_NGINX) else ()
    return (*COMBINED_PLANS, *COMMON_PLANS, *VHOST_PLANS, *own)


_DIRECTIVE = re.compile(r'\s*(?:LogFormat|CustomLog\s+(?:"[^"]{1,1000}"|\S{1,1000}))\s+(?=")')


def _directive(text: str) -> tuple[Plan, ...]:
    whole = _DIRECTIVE.match(text)
    return clf_plans.compiled(clf_plans.unquoted(text[whole.end() :] if whole else text), NAME, meaning)


def judge(signs: Signs) -> Judged:
    """Judge by the status and, where the format has them, the upstream's status line and the id of an error entry.

    The note `proxy-status` is set as soon as an HTTP upstream sent a status line; an own failure writes an entry.
    """
    if signs.status not in FAILED_STATUS:
        return Judged()
    if signs.upstream_status[:3] == b"%d" % signs.status and not signs.words[1]:
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=FailureId.UNKNOWN, partner=True)


EXAMPLES = (
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:24:53 +0000] "GET /close/ HTTP/1.1" 502 559',
        at="2026-11-21T13:24:53Z",
        status=502,
        route="GET /close/",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'client.example - al bo [21/Nov/2026:13:24:54 +0100] "GET /a?b=1 HTTP/1.1" 200 -',
        at="2026-11-21T12:24:54Z",
        status=200,
        route="GET /a",
        client="client.example",
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:24:55 +0000] "GET /\\" 502 559 HTTP/1.1" 404 5 "-" '
        b'"\\" 502 - [21/Nov/2026:13:24:55 +0000] \\"GET / HTTP/1.1\\" 502 1"',
        at="2026-11-21T13:24:55Z",
        status=404,
        route="GET /*",
        client="127.0.0.1",
    ),
    Example(
        line=b'a.example:80 ::1 - - [21/Nov/2026:13:24:56 +0000] "POST /x HTTP/2.0" 503 572 "-" "curl/7.88.1"',
        at="2026-11-21T13:24:56Z",
        status=503,
        route="POST /x",
        client="::1",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="apache",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Apache httpd 2.4, mod_log_config (LogFormat) and the formats of Debian's apache2.conf; seen with 2.4",
    rank=42,
    directive=_directive,
)
