"""API Gateway's access log in the forms that its documentation offers: CLF, CSV, and JSON by its variables' names.

A customer names the JSON keys; read are those of the documentation's templates and the variables' own names. Quotes
in a client's text (`path`, `userAgent`) have been seen unescaped in these lines, so that a client could add keys. Every
line of a template has the same text between its values, so a flat template is read as a row of steps, taken from the
file's first lines: a line with keys of its own does not fit and is reported as unreadable.

No server is named. `integrationStatus` is what the integration answered; for a Lambda function it is the service's, so
that 200 beside 502 is an answer of the wrong shape.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from why502.logs.format import FAILED_STATUS, Example, Judged, LogFormat, Signs
from why502.logs.plan import MOST_STEPS, Key, Literal, Plan, Quote, Role, Shape, Step, Take, Unit
from why502.observations.failure import FailureId

NAME = "aws-api-gateway"
_NEEDS = frozenset({Role.TIME, Role.STATUS, Role.KEY})


def _word(role: Role = Role.NONE, stop: bytes = b" ") -> tuple[Step, ...]:
    return Take(role=role, stop=stop, bare=True), Literal(text=stop)


_ROUTE_KEY: tuple[Step, ...] = (*_word(), *_word(Role.PATH))
_PATH: tuple[Step, ...] = _word(Role.PATH)


def _clf(gap: bytes, path: tuple[Step, ...], end: tuple[Step, ...]) -> Plan:
    steps: tuple[Step, ...] = (
        *_word(Role.CLIENT),
        *_word(),
        Take(role=Role.NONE, stop=b" ", bare=True),
        Literal(text=b" ["),
        Take(role=Role.TIME, stop=b"]"),
        Literal(text=b"]" + gap + b'"'),
        *_word(Role.METHOD),
        *path,
        *_word(stop=b'"'),
        Literal(text=b" "),
        *_word(Role.STATUS),
        *_word(),
        *end,
    )
    return Plan(name=NAME, steps=steps, needs=_NEEDS)


_ID: tuple[Step, ...] = (Take(role=Role.KEY, bare=True),)
_TWO_IDS: tuple[Step, ...] = (*_word(Role.KEY), Take(role=Role.NONE, bare=True))

CLF = tuple(_clf(gap, path, end) for gap in (b" ", b"") for path in (_PATH, _ROUTE_KEY) for end in (_ID, _TWO_IDS))


def _csv(start: tuple[Step, ...], path: tuple[Step, ...], end: tuple[Step, ...]) -> Plan:
    steps: tuple[Step, ...] = (
        *_word(Role.CLIENT, b","),
        *start,
        Take(role=Role.TIME, stop=b","),
        Literal(text=b","),
        *_word(Role.METHOD, b","),
        *path,
        *_word(stop=b","),
        *_word(Role.STATUS, b","),
        *_word(stop=b","),
        *end,
    )
    return Plan(name=NAME, steps=steps, needs=_NEEDS)


_PAIR: tuple[Step, ...] = (*_word(stop=b","), *_word(stop=b","))
_ROUTE_IN_CSV: tuple[Step, ...] = (*_word(), *_word(Role.PATH, b","))
_TWO_IDS_IN_CSV: tuple[Step, ...] = (*_word(Role.KEY, b","), Take(role=Role.NONE, bare=True))

CSV = (
    _csv(_PAIR, _word(Role.PATH, b","), _TWO_IDS_IN_CSV),
    _csv(_PAIR, _word(Role.PATH, b","), _ID),
    _csv((), _ROUTE_IN_CSV, _ID),
    _csv((), _word(Role.PATH, b","), _ID),
)

_NAMES: dict[str, tuple[Role, Unit]] = {
    "requestTimeEpoch": (Role.TIME, Unit.SECONDS),
    "requestTime": (Role.TIME, Unit.SECONDS),
    "status": (Role.STATUS, Unit.SECONDS),
    "httpMethod": (Role.METHOD, Unit.SECONDS),
    "resourcePath": (Role.PATH, Unit.SECONDS),
    "path": (Role.PATH, Unit.SECONDS),
    "ip": (Role.CLIENT, Unit.SECONDS),
    "sourceIp": (Role.CLIENT, Unit.SECONDS),
    "requestId": (Role.KEY, Unit.SECONDS),
    "responseLatency": (Role.SECONDS, Unit.MILLISECONDS),
    "integrationLatency": (Role.UPSTREAM_SECONDS, Unit.MILLISECONDS),
    "integration.latency": (Role.UPSTREAM_SECONDS, Unit.MILLISECONDS),
    "integrationStatus": (Role.UPSTREAM_STATUS, Unit.SECONDS),
    "integration.integrationStatus": (Role.UPSTREAM_STATUS, Unit.SECONDS),
    "integration.status": (Role.WORD_C, Unit.SECONDS),
    "error.responseType": (Role.WORD_A, Unit.SECONDS),
    "errorResponseType": (Role.WORD_A, Unit.SECONDS),
    "responseType": (Role.WORD_A, Unit.SECONDS),
    "error.message": (Role.WORD_B, Unit.SECONDS),
    "errorMessage": (Role.WORD_B, Unit.SECONDS),
}
JSON = Plan(
    name=NAME,
    shape=Shape.JSON,
    keys=tuple(Key(path=(name,), role=role, unit=unit) for name, (role, unit) in _NAMES.items()),
    needs=_NEEDS | {Role.METHOD},
)
"""For templates with objects in them."""

MOST_TEMPLATES = 8
LEAST_SHARE = 1 / 20
LONGEST_TEMPLATE = 16384
LONGEST_GAP = 255
_MEMBER = re.compile(
    rb'(?P<before>[{,]\s*"(?P<name>[^"\\]{1,100})"\s*:\s*)(?:(?P<quote>")(?:[^"\\]|\\.)*"|[^\s",{}\[\]]+)(?P<after>\s*)'
)


def _pairs(line: bytes) -> Sequence[re.Match[bytes]]:
    """Split a flat object into its names with their values; empty if it is none."""
    found: list[re.Match[bytes]] = []
    at = 0
    while pair := _MEMBER.match(line, at):
        found.append(pair)
        at = pair.end()
    flat = line[:1] == b"{" and line[at:].rstrip() == b"}"
    return found if flat and all(pair["before"][:1] == b"," for pair in found[1:]) else ()


def _template(line: bytes) -> tuple[Plan, ...]:
    """Take the text between the values from one line; empty if a name occurs twice or something needed is missing."""
    pairs = _pairs(line[:LONGEST_TEMPLATE])
    names = [pair["name"].decode("latin-1") for pair in pairs]
    if len(set(names)) < len(names) or 2 * len(names) + 4 > MOST_STEPS:
        return ()
    routed = "routeKey" in names and {"path", "resourcePath"}.isdisjoint(names)
    plans = (_fixed(line, pairs, split) for split in ((True, False) if routed else (False,)))
    return tuple(plan for plan in plans if plan is not None)


def _fixed(line: bytes, pairs: Sequence[re.Match[bytes]], split: bool) -> Plan | None:
    """Compile a template. `split`: `routeKey` holds a method and a path (else `$default`)."""
    steps: list[Step] = []
    used: set[Role] = set()
    between = b""
    for pair in pairs:
        name, mark = pair["name"].decode("latin-1"), pair["quote"] or b""
        role, unit = _NAMES.get(name, (Role.NONE, Unit.SECONDS))
        steps.append(Literal(text=between + pair["before"] + mark))
        if split and name == "routeKey":
            steps += _word()
            role = Role.PATH
        stop = mark or line[pair.end() - len(pair["after"]) :][:1]
        quote = Quote.BACKSLASH if mark else Quote.NONE
        role = Role.NONE if role in used else role
        steps.append(Take(role=role, stop=stop, unit=unit, quote=quote, bare=not mark))
        used.add(role)
        between = mark + pair["after"]
    steps.append(Literal(text=between + (line[pairs[-1].end() :] if pairs else line)))
    wide = any(isinstance(step, Literal) and len(step.text) > LONGEST_GAP for step in steps)
    return Plan(name=NAME, steps=tuple(steps), needs=JSON.needs) if used >= JSON.needs and not wide else None


def _templates(lines: Iterable[bytes]) -> tuple[Plan, ...]:
    """Return the plans of the templates, the most frequent first; what hardly a line has is no template."""
    made = [_template(line.removesuffix(b"\r")) for line in lines if line.startswith(b"{")]
    counted = Counter(plans for plans in made if plans).most_common(MOST_TEMPLATES)
    return tuple(plan for plans, count in counted if count >= LEAST_SHARE * len(made) for plan in plans)


def _plans(lines: tuple[bytes, ...]) -> tuple[Plan, ...]:
    return (*(_templates(lines) or (JSON,)), *CLF, *CSV)


TYPES = {
    b"INTEGRATION_FAILURE": FailureId.CONNECT_TIMEOUT,
    b"INTEGRATION_TIMEOUT": FailureId.RESPONSE_TIMEOUT,
}
MESSAGES = {
    b"Endpoint request timed out": FailureId.RESPONSE_TIMEOUT,
    b"Network error communicating with endpoint": FailureId.CONNECT_TIMEOUT,
}
"""Of `$context.error.message`, for logs without the response type."""


def judge(signs: Signs) -> Judged:
    """Judge by the gateway's response type, then by what the integration answered."""
    kind, message, function = signs.words[:3]
    if signs.status not in FAILED_STATUS:
        return Judged()
    told = TYPES.get(kind) or MESSAGES.get(message)
    if told is not None:
        return Judged(failed=True, failure=told)
    if b"%d" % signs.status in (signs.upstream_status, function):
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    unusable = signs.status == 502 and signs.upstream_status == b"200"  # noqa: PLR2004
    return Judged(failed=True, failure=FailureId.INVALID_RESPONSE if unusable else FailureId.UNKNOWN)


EXAMPLES = (
    Example(
        line=b'{ "requestId":"00000000-0000-4000-8000-000000000001", "ip": "192.0.2.7", "caller":"-", "user":"-",'
        b'"requestTime":"20/Nov/2026:14:02:11 +0000", "httpMethod":"GET","resourcePath":"/items/{id}", "status":"200",'
        b'"protocol":"HTTP/1.1", "responseLength":"612", "responseLatency": "25", "integrationLatency": "21" }',
        at="2026-11-20T14:02:11Z",
        status=200,
        route="GET /items/{id}",
        client="192.0.2.7",
        seconds=0.025,
    ),
    Example(
        line=b'{"requestId":"00000000-0000-4000-8000-000000000002","ip":"192.0.2.7",'
        b'"requestTime":"20/Nov/2026:14:02:12 +0000",'
        b'"httpMethod":"GET","resourcePath":"/slow","status":"504","error.responseType":"INTEGRATION_TIMEOUT",'
        b'"integrationStatus":"-"}',
        at="2026-11-20T14:02:12Z",
        status=504,
        route="GET /slow",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.RESPONSE_TIMEOUT,
    ),
    Example(
        line=b'{"requestId":"JKJaXmPLvHcESHA=","ip":"192.0.2.7","requestTime":"20/Nov/2026:14:02:13 '
        b'+0000","httpMethod":"GET",'
        b'"path":"/x\\",\\"status\\":\\"502\\" 502 ","routeKey":"GET '
        b'/{proxy+}","status":"200","integrationErrorMessage":"-"}',
        at="2026-11-20T14:02:13Z",
        status=200,
        route="GET /*",
        client="192.0.2.7",
    ),
    Example(
        line=b'192.0.2.7 - - [20/Nov/2026:14:02:14 +0000] "GET /cart HTTP/1.1" 502 36 '
        b"00000000-0000-4000-8000-000000000004 "
        b"Zx1YzEXAMPLE=",
        at="2026-11-20T14:02:14Z",
        status=502,
        route="GET /cart",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.UNKNOWN,
    ),
    Example(
        line=b"192.0.2.7,20/Nov/2026:14:02:15 +0000,GET,GET /pets,HTTP/1.1,200,613,JKJaXmPLvHcESHA=",
        at="2026-11-20T14:02:15Z",
        status=200,
        route="GET /pets",
        client="192.0.2.7",
    ),
    Example(
        line=b'{"requestId":"00000000-0000-4000-8000-000000000006","ip":"192.0.2.7","requestTimeEpoch":"1795183336123",'
        b'"httpMethod":"GET","resourcePath":"/fn","status":"502","integrationStatus":"200","integration.status":"-"}',
        at="2026-11-20T14:02:16Z",
        status=502,
        route="GET /fn",
        client="192.0.2.7",
        failed=True,
        failure=FailureId.INVALID_RESPONSE,
    ),
)

FORMAT = LogFormat(
    home=__name__,
    name=NAME,
    gateway="aws-api-gateway",
    plans=_plans,
    judge=judge,
    examples=EXAMPLES,
    source="AWS, API Gateway developer guide: Set up CloudWatch logging (log formats); variables for access logging",
    rank=60,
)
