"""varnishncsa: its default, told by the URL with a host in each request line, and any `-F` format as a directive."""

import re

from why502.logs import clf_plans
from why502.logs.clf_plans import Meaning, Token
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.formats import apache
from why502.logs.plan import Literal, Plan, Quote, Role, Step, Take, Unit
from why502.observations.failure import FailureId

NAME = "varnish"
DEFAULT = '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i"'


def meaning(token: Token) -> Meaning:
    """Say what one token of varnishncsa writes."""
    match token.letter, token.name:
        case "x", "VSL:FetchError":
            return Meaning(role=Role.WORD_A, text=True)
        case "x", "Varnish:handling":
            return Meaning(role=Role.WORD_B)
        case "x", "Varnish:side":
            return Meaning(role=Role.WORD_C)
        case "x", name if name.startswith("Varnish:"):
            return Meaning()
        case "T", "" | "s":
            return Meaning(role=Role.SECONDS)
        case "D", _:
            return Meaning(role=Role.SECONDS, unit=Unit.MICROSECONDS)
        case "x", _:
            return Meaning(text=True)
        case _:
            return apache.meaning(token)


def _absolute(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Read the request line as METHOD, `http://` HOST, path and protocol: nobody else writes all of them so."""
    at = next(number for number, step in enumerate(steps) if isinstance(step, Take) and step.role is Role.REQUEST)
    request: tuple[Step, ...] = (
        Take(role=Role.METHOD, stop=b" "),
        Literal(text=b" http://"),
        Take(role=Role.NONE, stop=b"/"),
        Take(role=Role.PATH, stop=b" "),
        Literal(text=b" HTTP/"),
        Take(role=Role.NONE, stop=b'"', quote=Quote.BACKSLASH),
    )
    return (*steps[:at], *request, *steps[at + 1 :])


PLANS = tuple(
    Plan(name=NAME, steps=_absolute(each.steps), needs=each.needs)
    for each in clf_plans.compiled(DEFAULT, NAME, meaning)
)


def _plans(_: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS


_COMMAND = re.compile(r"\s*varnishncsa\s(?:.{0,2000}?\s)?-[a-zA-Z]{0,8}F\s*", re.DOTALL)
_QUOTES = re.compile(r"'([^']*)'")


def _directive(text: str) -> tuple[Plan, ...]:
    whole = _COMMAND.match(text)
    rest = text[whole.end() :] if whole else text
    quoted = _QUOTES.match(rest)
    return clf_plans.compiled(quoted[1] if quoted else clf_plans.unquoted(rest), NAME, meaning)


_TOLD = (
    (re.compile(rb"backend \S+ busy|backend \S+: busy"), FailureId.GATEWAY_LIMIT),
    (re.compile(rb"backend \S+: unhealthy|Director \S+ returned no backend|No backend\Z"), FailureId.NO_LIVE_UPSTREAM),
    (re.compile(rb"backend \S+: fail errno (?:111|61) "), FailureId.CONNECT_REFUSED),
    (re.compile(rb"backend \S+: fail errno (?:110|60) "), FailureId.CONNECT_TIMEOUT),
    (re.compile(rb"backend \S+: fail errno (?:113|65|101|51|22) "), FailureId.CONNECT_UNREACHABLE),
    (re.compile(rb"backend \S+: fail errno (?:13|1) "), FailureId.CONNECT_DENIED),
    (re.compile(rb"backend \S+: fail errno 2 "), FailureId.CONNECT_NO_SOCKET),
    (re.compile(rb"backend \S+: fail errno (?:99|98|24|23|11|105) "), FailureId.CONNECT_EXHAUSTED),
    (re.compile(rb"first byte timeout|timeout\Z"), FailureId.RESPONSE_TIMEOUT),
    (re.compile(rb"overflow\Z"), FailureId.HEADER_TOO_BIG),
    (re.compile(rb"http format error|Received junk"), FailureId.INVALID_RESPONSE),
    (re.compile(rb"backend closed"), FailureId.CLOSED_BEFORE_RESPONSE),
    (re.compile(rb"(?:straight|chunked) insufficient bytes|eof socket fail"), FailureId.TRUNCATED_RESPONSE),
)


def judge(signs: Signs) -> Judged:
    """Judge by the status and by `FetchError` where the format holds it (first phrase that fits)."""
    told = next((failure for phrase, failure in _TOLD if phrase.match(signs.words[0])), None)
    if signs.status not in FAILED_STATUS:
        return Judged(failed=told is FailureId.TRUNCATED_RESPONSE, failure=_truncated(told))
    return Judged(failed=True, failure=told or FailureId.UNKNOWN)


def _truncated(told: FailureId | None) -> FailureId | None:
    return told if told is FailureId.TRUNCATED_RESPONSE else None


EXAMPLES = (
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:23:16 +0000] "GET http://127.0.0.1:24001/refused HTTP/1.1" 503 278 "-" '
        b'"curl/7.88.1"',
        at="2026-11-21T13:23:16Z",
        status=503,
        route="GET /refused",
        client="127.0.0.1",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'127.0.0.1 - bo [21/Nov/2026:13:23:17 +0000] "GET http://a.example/api/items/17?q=1 HTTP/1.1" 200 2 "-" '
        b'"curl/7.88.1"',
        at="2026-11-21T13:23:17Z",
        status=200,
        route="GET /api/items/*",
        client="127.0.0.1",
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:23:18 +0000] "GET http://a.example/x HTTP/1.1" 200 2 "\\" 503 278" '
        b'"\\" 503 - [21/Nov/2026:13:23:18 +0000] \\"GET http://a/ HTTP/1.1\\" 503 1"',
        at="2026-11-21T13:23:18Z",
        status=200,
        route="GET /x",
        client="127.0.0.1",
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="varnish",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Varnish, varnishncsa(1) and its -F format; FetchError by cache_fetch.c, cache_backend.c; seen with 7.1.1",
    rank=30,
    directive=_directive,
)
