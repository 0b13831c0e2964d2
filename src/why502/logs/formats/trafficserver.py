"""Apache Traffic Server's access log in its formats `squid`, `extended` and `extended2` (as text, not binary)."""

import re

from why502.logs.clf_plans import Meaning, Part, Token, laid_out
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.formats import squid
from why502.logs.plan import Literal, Plan, Quote, Role, Step, Take, Unit
from why502.observations.failure import FailureId

NAME = "trafficserver"


def _fields(*takes: Take) -> tuple[Step, ...]:
    """Put a blank between values."""
    made: list[Step] = []
    for number, take in enumerate(takes):
        made += [take] if number == 0 else [Literal(text=b" "), take]
    return tuple(made)


def _word(role: Role = Role.NONE, unit: Unit = Unit.SECONDS) -> Take:
    return Take(role=role, stop=b" ", unit=unit)


_SQUID = (
    *_fields(
        _word(Role.TIME),
        _word(Role.SECONDS, Unit.MILLISECONDS),
        _word(Role.CLIENT),
        Take(role=Role.WORD_A, stop=b"/", bare=True),
    ),
    Literal(text=b"/"),
    *_fields(
        _word(Role.STATUS),
        _word(),
        _word(Role.METHOD),
        _word(Role.PATH),
        _word(),
        Take(role=Role.NONE, stop=b"/", bare=True),
    ),
    Literal(text=b"/"),
    *_fields(_word(Role.UPSTREAM), Take(role=Role.NONE, bare=True)),
)
_COMMON = (
    Take(role=Role.CLIENT, stop=b" "),
    Literal(text=b" - "),
    Take(role=Role.NONE, stop=b"["),
    Literal(text=b"["),
    Take(role=Role.TIME, stop=b"]"),
    Literal(text=b'] "'),
    Take(role=Role.REQUEST, stop=b'"', quote=Quote.BACKSLASH),
    Literal(text=b'" '),
    _word(Role.STATUS),
    Literal(text=b" "),
    _word(),
    Literal(text=b" "),
)
# sssc sscl cqcl pqcl cqhl pshl pqhl sshl tts; extended2 adds phr cfsc pfsc crc.
_MORE = (_word(Role.UPSTREAM_STATUS), *([_word()] * 7))
_EXTENDED = (*_COMMON, *_fields(*_MORE, Take(role=Role.SECONDS, bare=True)))
_EXTENDED2 = (*_COMMON, *_fields(*_MORE, _word(Role.SECONDS), *([_word()] * 3), Take(role=Role.WORD_A, bare=True)))
_STATUS = frozenset({Role.TIME, Role.STATUS})

SQUID = Plan(name=NAME, steps=_SQUID, needs=_STATUS | {Role.WORD_A})
EXTENDED = Plan(name=NAME, steps=_EXTENDED, needs=_STATUS | {Role.UPSTREAM_STATUS, Role.SECONDS})
EXTENDED2 = Plan(name=NAME, steps=_EXTENDED2, needs=_STATUS | {Role.UPSTREAM_STATUS, Role.SECONDS, Role.WORD_A})


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return (EXTENDED2, EXTENDED) if squid.is_squid(lines) else (SQUID, EXTENDED2, EXTENDED)


_TOKEN = re.compile(r"%<(?:\{[^}]{0,200}\})?([A-Za-z0-9]{1,40})>")
_CODES = {
    **dict.fromkeys(("cqtq", "cqts", "cqtn"), Meaning(role=Role.TIME)),
    "ttms": Meaning(role=Role.SECONDS, unit=Unit.MILLISECONDS),
    "tts": Meaning(role=Role.SECONDS),
    "stms": Meaning(role=Role.UPSTREAM_SECONDS, unit=Unit.MILLISECONDS),
    "chi": Meaning(role=Role.CLIENT),
    "chp": Meaning(port=True),
    "crc": Meaning(role=Role.WORD_A),
    "pssc": Meaning(role=Role.STATUS),
    "sssc": Meaning(role=Role.UPSTREAM_STATUS),
    "cqhm": Meaning(role=Role.METHOD),
    **dict.fromkeys(("cquc", "cqu", "pquc", "pqu", "cquuc"), Meaning(role=Role.PATH)),
    "cqtx": Meaning(role=Role.REQUEST, text=True),
    **dict.fromkeys(("shn", "shi", "nhi"), Meaning(role=Role.UPSTREAM)),
    **dict.fromkeys(("caun", "cqh", "ssh", "pqh", "psh", "prrp", "cqup"), Meaning(text=True)),
}


def _directive(text: str) -> tuple[Plan, ...]:
    """Compile the `format` of logging.yaml."""
    rest = text.strip().removeprefix("format:").strip()
    if len(rest) > 1 and rest[0] == rest[-1] and rest[0] in "'\"" and "%<" in rest:
        rest = rest[1:-1]
    made: list[Part] = []
    at = 0
    for found in _TOKEN.finditer(rest):
        literal = rest[at : found.start()].encode("utf-8", "replace")
        if not literal and made:
            raise ValueError("nothing stands between two values of the format")
        made += [literal] if literal else []
        made.append((Token(letter=found[1]), _CODES.get(found[1], Meaning())))
        at = found.end()
    return laid_out([*made, rest[at:].encode("utf-8", "replace")] if rest[at:] else made, NAME)


_TOLD = {
    b"ERR_READ_TIMEOUT": FailureId.RESPONSE_TIMEOUT,
    b"ERR_LIFETIME_EXP": FailureId.RESPONSE_TIMEOUT,
    b"ERR_DNS_FAIL": FailureId.RESOLVE_FAILED,
    b"ERR_NO_FDS": FailureId.CONNECT_EXHAUSTED,
    b"ERR_ZERO_SIZE_OBJECT": FailureId.CLOSED_BEFORE_RESPONSE,
    b"ERR_CANNOT_FETCH": FailureId.NO_LIVE_UPSTREAM,
}
_CUT = (b"ERR_READ_TIMEOUT", b"ERR_READ_ERROR")
"""With a status below 400 the head had come: the body broke off."""

_CLIENTS = (b"ERR_CLIENT_ABORT", b"ERR_CLIENT_READ_ERROR")


def judge(signs: Signs) -> Judged:
    """Judge by the cache result code (`WORD_A`) and both statuses; the origin's is 000 when there was none."""
    code = signs.words[0]
    if code in _CLIENTS:
        return Judged()
    if code in _CUT and 0 < signs.status < 400:  # noqa: PLR2004
        return Judged(failed=True, failure=FailureId.TRUNCATED_RESPONSE)
    if code == b"ERR_DNS_FAIL":
        return Judged(failed=True, failure=FailureId.RESOLVE_FAILED)
    if signs.status not in FAILED_STATUS:
        return Judged()
    answered = signs.upstream_status == b"%d" % signs.status or (code.startswith(b"TCP_") and not signs.upstream_status)
    if answered and signs.status != 503:  # noqa: PLR2004
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    if signs.upstream_status == b"503" and signs.status == 503:  # noqa: PLR2004
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=_TOLD.get(code, FailureId.UNKNOWN))


EXAMPLES = (
    Example(
        line=b"1795268825.649 0 127.0.0.1 ERR_CONNECT_FAIL/502 455 GET http://127.0.0.1:24199/ - "
        b"DIRECT/127.0.0.1 text/html",
        at="2026-11-21T13:47:05Z",
        status=502,
        route="GET /",
        upstream="127.0.0.1",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b"1795268826.649 2004 127.0.0.1 ERR_READ_TIMEOUT/504 455 GET http://127.0.0.1:24200/slow - "
        b"TIMEOUT_DIRECT/127.0.0.1 text/html",
        at="2026-11-21T13:47:06Z",
        status=504,
        route="GET /slow",
        upstream="127.0.0.1",
        client="127.0.0.1",
        seconds=2.004,
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b"1795268827.649 4 127.0.0.1 TCP_MISS/200 55 GET http://127.0.0.1:24200/x%20ERR_CONNECT_FAIL/502%20455 - "
        b"DIRECT/127.0.0.1 text/html",
        at="2026-11-21T13:47:07Z",
        status=200,
        route="GET /*/*",
        upstream="127.0.0.1",
        client="127.0.0.1",
        seconds=0.004,
    ),
    Example(
        line=b"1795268828.649 4 127.0.0.1 TCP_MISS/502 55 GET http://127.0.0.1:24200/own - DIRECT/127.0.0.1 text/html",
        at="2026-11-21T13:47:08Z",
        status=502,
        route="GET /own",
        upstream="127.0.0.1",
        client="127.0.0.1",
        seconds=0.004,
        failed=True,
        failure=FailureId.UPSTREAM_ANSWERED_ERROR,
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:47:09 +0000] "GET http://127.0.0.1:24199/ HTTP/1.1" 502 455 000 0 0 0 '
        b"100 200 0 0 0",
        at="2026-11-21T13:47:09Z",
        status=502,
        route="GET /",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b'127.0.0.1 - - [21/Nov/2026:13:47:10 +0000] "GET http://127.0.0.1:24199/ HTTP/1.1" 502 455 000 0 0 0 '
        b"100 200 0 0 0 DIRECT FIN INTR ERR_CONNECT_FAIL",
        at="2026-11-21T13:47:10Z",
        status=502,
        route="GET /",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="trafficserver",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Apache Traffic Server, logging.yaml and proxy/logging/Log.cc; seen with 9.2. URLs are those after remap",
    rank=31,
    directive=_directive,
)
