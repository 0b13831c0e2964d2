"""Squid's native access log (`logformat squid`)."""

import re
from dataclasses import replace

from why502.logs.clf_plans import Meaning, Part, Token, laid_out
from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import Blanks, Literal, Plan, Role, Step, Take, Unit
from why502.observations.failure import FailureId

NAME = "squid"
_START: tuple[Step, ...] = (
    Take(role=Role.TIME, stop=b" "),
    Blanks(),
    Take(role=Role.SECONDS, stop=b" ", unit=Unit.MILLISECONDS),
    Literal(text=b" "),
    Take(role=Role.CLIENT, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.WORD_A, stop=b"/", bare=True),
    Literal(text=b"/"),
    Take(role=Role.STATUS, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.NONE, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.METHOD, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.PATH, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.NONE, stop=b" "),
    Literal(text=b" "),
    Take(role=Role.WORD_B, stop=b"/", bare=True),
    Literal(text=b"/"),
    Take(role=Role.UPSTREAM, stop=b" "),
    Literal(text=b" "),
)
NEEDS = frozenset({Role.TIME, Role.STATUS, Role.WORD_A, Role.WORD_B})
PLANS = (
    Plan(name=NAME, steps=(*_START, Take(role=Role.NONE, bare=True)), needs=NEEDS),
    # With log_mime_hdrs the heads stand behind it.
    Plan(
        name=NAME,
        steps=(*_START, Take(role=Role.NONE, stop=b" "), Literal(text=b" ["), Take(role=Role.NONE)),
        needs=NEEDS,
    ),
)
_TRAFFIC_SERVER = re.compile(rb" (?:DIRECT|NONE|TIMEOUT_DIRECT|PARENT_HIT|NO_DIRECT_FAIL)/[^ ]* [^ ]*\Z")
_SQUID = re.compile(rb" (?:TIMEOUT_)?(?:HIER_\w+|[A-Z_]+_PARENT|PINNED|ORIGINAL_DST|CARP|SIBLING_HIT)/[^ ]* ")


def is_squid(lines: tuple[bytes, ...]) -> bool:
    """Tell its lines from those of Traffic Server by how the hierarchy is named."""
    own = sum(_SQUID.search(line) is not None for line in lines)
    return own > 0 and own >= sum(_TRAFFIC_SERVER.search(line) is not None for line in lines)


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return PLANS if is_squid(lines) else ()


_DIRECTIVE = re.compile(r"\s*logformat\s+\S{1,100}\s+")
_CODES: dict[str, Meaning] = {
    "ts.%03tu": Meaning(role=Role.TIME),
    "tS": Meaning(role=Role.TIME),
    "tl": Meaning(role=Role.TIME),
    "tg": Meaning(role=Role.TIME),
    "tr": Meaning(role=Role.SECONDS, unit=Unit.MILLISECONDS),
    ">a": Meaning(role=Role.CLIENT),
    "Ss": Meaning(role=Role.WORD_A),
    "Sh": Meaning(role=Role.WORD_B),
    ">Hs": Meaning(role=Role.STATUS),
    "<Hs": Meaning(role=Role.UPSTREAM_STATUS),
    "rm": Meaning(role=Role.METHOD),
    "ru": Meaning(role=Role.PATH),
    "<a": Meaning(role=Role.UPSTREAM),
    "<pt": Meaning(role=Role.UPSTREAM_SECONDS, unit=Unit.MILLISECONDS),
    "err_code": Meaning(role=Role.WORD_C),
    **dict.fromkeys(
        (">st", "<st", "<bs", "mt", "<A", "<p", "<la", "<lp", "dt", "<tt", "sn", "err_detail", "rv", "ts", "tu"),
        Meaning(),
    ),
    ">p": Meaning(port=True),
}
_TOKEN = re.compile(
    r"%(?P<padding>-?\d{0,3})(?:\.\d{1,3})?[\"'\[#/]?(?:\{[^}]{0,200}\})?"
    r"(?P<code>" + "|".join(re.escape(each) for each in sorted(_CODES, key=len, reverse=True)) + r"|[<>]?[A-Za-z_:]+)"
)


def _directive(text: str) -> tuple[Plan, ...]:
    """Compile a `logformat`; `%ts.%03tu` is one time."""
    whole = _DIRECTIVE.match(text)
    rest = (text[whole.end() :] if whole else text).strip()
    made: list[Part] = []
    at = 0
    for found in _TOKEN.finditer(rest):
        literal = rest[at : found.start()].encode("utf-8", "replace")
        if not literal and made:
            raise ValueError("nothing stands between two values of the format")
        made += [literal] if literal else []
        meaning = _CODES.get(found["code"], Meaning(text=True))
        made.append((Token(letter=found["code"]), replace(meaning, padded=found["padding"].strip("-0") != "")))
        at = found.end()
    return laid_out([*made, rest[at:].encode("utf-8", "replace")] if rest[at:] else made, NAME)


def judge(signs: Signs) -> Judged:
    """Judge by the status. `WORD_A`: the result code; a denied request is no failure of an upstream.

    A directive may tell more: `WORD_C` the name of the error, and the status of the next hop.
    """
    if signs.status not in FAILED_STATUS or b"DENIED" in signs.words[0]:
        return Judged()
    if signs.upstream_status == b"%d" % signs.status and signs.words[2] in (b"", b"-"):
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    return Judged(failed=True, failure=_ERRORS.get(signs.words[2], FailureId.UNKNOWN))


_ERRORS = {
    b"ERR_SECURE_CONNECT_FAIL": FailureId.TLS_FAILED,
    b"ERR_DNS_FAIL": FailureId.RESOLVE_FAILED,
    b"ERR_CANNOT_FORWARD": FailureId.NO_LIVE_UPSTREAM,
    b"ERR_WRITE_ERROR": FailureId.RESET_BEFORE_RESPONSE,
    b"ERR_ZERO_SIZE_OBJECT": FailureId.CLOSED_BEFORE_RESPONSE,
    b"ERR_READ_TIMEOUT": FailureId.RESPONSE_TIMEOUT,
    b"ERR_LIFETIME_EXP": FailureId.RESPONSE_TIMEOUT,
    b"ERR_INVALID_RESP": FailureId.INVALID_RESPONSE,
    b"ERR_TOO_BIG": FailureId.HEADER_TOO_BIG,
}
"""Names of `%err_code` that decide alone."""


EXAMPLES = (
    Example(
        line=b"1795269170.563      0 127.0.0.1 TCP_MISS/502 3426 GET http://refused.gw/ - HIER_NONE/- text/html",
        at="2026-11-21T13:52:50Z",
        status=502,
        route="GET /",
        client="127.0.0.1",
        seconds=0.0,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b"1795269171.563   1023 127.0.0.1 TCP_MISS/200 426 GET http://a.gw/api/items/17 bo HIER_DIRECT/10.0.0.7 -",
        at="2026-11-21T13:52:51Z",
        status=200,
        route="GET /api/items/*",
        upstream="10.0.0.7",
        client="127.0.0.1",
        seconds=1.023,
    ),
    Example(
        line=b"1795269172.563    123 127.0.0.1 TCP_MISS/404 426 GET http://a.gw/x%20TCP_MISS/502%20426 - "
        b"FIRSTUP_PARENT/10.0.0.8 text/html",
        at="2026-11-21T13:52:52Z",
        status=404,
        route="GET /*/*",
        upstream="10.0.0.8",
        client="127.0.0.1",
        seconds=0.123,
    ),
    Example(
        line=b"1795269173.563    123 127.0.0.1 TCP_TUNNEL/503 0 CONNECT a.gw:443 - HIER_DIRECT/10.0.0.8 -",
        at="2026-11-21T13:52:53Z",
        status=503,
        route="CONNECT *",
        upstream="10.0.0.8",
        client="127.0.0.1",
        seconds=0.123,
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="squid",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="Squid, logformat squid in cf.data.pre; seen with 5.7. Its times are those of the end of a request",
    rank=30,
    directive=_directive,
)
