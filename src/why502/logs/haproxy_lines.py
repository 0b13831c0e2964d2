"""What HAProxy's log lines share: `log-format` compiled to plans, and what termination states mean.

HAProxy writes `#XX` for quotes, braces, bars, `#` and what is not printable in requests and captured headers (source:
configuration manual, section 8; seen with 2.6.12 and 2.8.25). It escapes **nothing** in captured cookies (`%CC`, `%CS`)
and in samples (`%[…]`) without the flag `+E`: a client may put blanks, quotes and braces there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from why502.logs.client_text import settled
from why502.logs.format import FAILED_STATUS, Judged, Signs
from why502.logs.plan import Literal, Plan, Quote, Role, Step, Take, Unit
from why502.logs.prefixes import MOST_LOOKED_AT, Prefix, prefixes
from why502.logs.reading import read
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

HTTP = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
"""`option httplog`."""

TCP = "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq"
"""`option tcplog`."""

_MAPPED = b"::ffff:"
_LAST = Take(role=Role.NONE)

_LINE = rb"(?:[0-9A-Fa-f.:]{2,60}|unix):\d{1,9} \[\d\d/[A-Z][a-z]{2}/\d{4}:[0-9:.]{8,12}\] "


def of_requests(first: Sequence[bytes]) -> tuple[Prefix, ...]:
    """Find what stands before the lines of connections among a file's first ones."""
    return prefixes(first, _LINE)


def behind(prefix: Prefix, plan: Plan) -> Plan:
    """Put a prefix before a plan."""
    return prefix.around(plan)


def mapped(first: Sequence[bytes], plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Add plans that name clients `192.0.2.1` whom a socket of both families logs as `::ffff:192.0.2.1`, if any are."""
    if not any(_MAPPED in line[:512] for line in first[:MOST_LOOKED_AT]):
        return tuple(plans)
    twins = [replace(plan, steps=(Literal(text=_MAPPED), *plan.steps)) for plan in plans]
    return (*twins, *plans)


def by_use(first: Sequence[bytes], plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Put first what most of a file's first lines are of; what leaves the rest of a line unread stays behind."""
    used = dict.fromkeys(range(len(plans)), 0)
    for line in first[:50]:
        fitting = next((number for number, plan in enumerate(plans) if read(plan, line) is not None), None)
        if fitting is not None:
            used[fitting] += 1
    order = sorted(used, key=lambda number: (plans[number].steps[-1] == _LAST, -used[number]))
    return tuple(plans[number] for number in order)


# ---- log-format ----


@frozen
class _Token:
    """A variable (`name`), or a sample (`name` is `[]`), with the flags in force; or `text`."""

    text: bytes = b""
    name: str = ""
    quoted: bool = False
    escaped: bool = False
    hexadecimal: bool = False


_ROLES = {
    "ci": Role.CLIENT,
    "ci:cp": Role.CLIENT,
    "ST": Role.STATUS,
    "HM": Role.METHOD,
    "HU": Role.PATH,
    "HP": Role.PATH,
    "HPO": Role.PATH,
    "r": Role.REQUEST,
    "s": Role.UPSTREAM,
    "tsc": Role.WORD_A,
    "ts": Role.WORD_A,
    "Tw": Role.WORD_B,
    "Tc": Role.WORD_C,
    "Tr": Role.UPSTREAM_SECONDS,
    "Ta": Role.SECONDS,
    "Tt": Role.SECONDS,
    "ID": Role.KEY,
    "t": Role.TIME,
    "tr": Role.TIME,
    "trl": Role.TIME,
    "trg": Role.TIME,
    "T": Role.TIME,
    "Tl": Role.TIME,
    "Ts": Role.TIME,
    "b/s": Role.UPSTREAM,
}
_ZONED = ("trl", "trg", "T", "Tl")
_NUMBERS = ("ST", "Tw", "Tc", "Tr", "Ta", "Tt", "Ts")
_RAW = ("[]", "CC", "ID")
"""Values in which clients may put anything. `%ID`: `unique-id-format` may hold samples. `%CS` is the server's word."""

_TEXTS = frozenset(
    "ci si bi fi ft f b s r H HM HU HP HPO HQ HV CC CS ID sslc sslv hr hs []".split()  # noqa: SIM905
)
"""What the flag `+Q` puts quotes around; numbers, times and states it does not (seen)."""

_GROUPS = ("hr", "hs")
_VARIABLE = re.compile(r"%(?:\{([^}]{0,20})\})?(?:\(\w{0,40}\))?(?:(\[)|([A-Za-z]{1,4}))|%%|\\(.)|(\s+)", re.DOTALL)


def compiled(name: str, directive: str) -> tuple[Plan, ...]:
    """Compile a `log-format`; several plans where HAProxy leaves fields out (captures). ValueError: cannot be read."""
    tokens = _tokens(_bare(directive))
    made: list[Plan] = []
    problem = "it holds no time"
    for each in _variants(tokens):
        try:
            plan = _plan(name, each)
        except ValueError as error:
            problem = str(error)
        else:
            if plan not in made:
                made.append(plan)
    if not made:
        raise ValueError(problem)
    return tuple(made)


_KEYWORD = re.compile(r"\s*(?:error-)?log-format(?:-sd)?\s+")
_QUOTED = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*""", re.DOTALL)


def _bare(directive: str) -> str:
    """Take away the keyword and the configuration's own quotes."""
    found = _KEYWORD.match(directive)
    text = directive[found.end() :] if found else directive
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        return text.strip()
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted[1] is not None else quoted[2]


def _tokens(directive: str) -> list[_Token]:
    found: list[_Token] = []
    at, kept = 0, ""

    def text(more: str) -> None:
        if more:
            found.append(_Token(text=more.encode("utf-8", "replace")))

    for match in _VARIABLE.finditer(directive):
        if match.start() < at:
            continue
        text(directive[at : match.start()])
        at = match.end()
        flags, sample, name, escaped, blanks = match.groups()
        if blanks is not None:
            text(" ")
        elif escaped is not None:
            text(escaped)
        elif sample is None and name is None:
            text("%")
        elif name == "o":
            kept = _merged(kept, flags or "")
        else:
            at = _sample_end(directive, at) if sample is not None else at
            now = _merged(kept, flags or "")
            found.append(
                _Token(
                    name=name or "[]",
                    quoted="Q" in now and (name or "[]") in _TEXTS,
                    escaped="E" in now,
                    hexadecimal="X" in now,
                )
            )
    text(directive[at:])
    if found and found[0].text.strip() != found[0].text:
        found[0] = replace(found[0], text=found[0].text.lstrip())
    return _joined(found if not found or found[0].text or found[0].name else found[1:])


def _merged(kept: str, flags: str) -> str:
    """Put flags on (`+Q`) and take them off (`-Q`)."""
    letters = set(kept)
    for sign, letter in re.findall(r"([+-])(\w)", flags):
        letters = letters | {letter} if sign == "+" else letters - {letter}
    return "".join(sorted(letters))


def _sample_end(directive: str, at: int) -> int:
    """Find the end of a sample: its bracket may stand within parentheses and quotes."""
    deep = 0
    for end in range(at, len(directive)):
        deep += {"(": 1, ")": -1}.get(directive[end], 0)
        if directive[end] == "]" and deep <= 0:
            return end + 1
    raise ValueError("a sample has no end")


def _joined(tokens: list[_Token]) -> list[_Token]:
    """Join texts (several blanks are one), and `%b/%s` and `%ci:%cp` to one value each."""
    made: list[_Token] = []
    for token in tokens:
        if token.text and made and made[-1].text:
            both = made[-1].text + token.text
            made[-1] = replace(made[-1], text=re.sub(rb" {2,}", b" ", both))
        elif token.name == "s" and not token.quoted and _ends_with(made, "b", b"/"):
            made[-2:] = [replace(token, name="b/s")]
        elif token.name == "cp" and _ends_with(made, "ci", b":"):
            made[-2:] = [replace(token, name="ci:cp")]
        else:
            made.append(token)
    return made


def _ends_with(made: list[_Token], name: str, text: bytes) -> bool:
    return len(made) > 1 and made[-1].text == text and made[-2].name == name and not made[-2].quoted


def _variants(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Make what a format may look like: captures of headers and a cookie of the client there or not."""
    names = [each for each in _GROUPS if any(token.name == each for token in tokens)]
    cookie = any(token.name == "CC" for token in tokens)
    lefts = [set(names), set(names[:1]), set()] if len(names) > 1 else [set(names), set()]
    for left in lefts if names else [set[str]()]:
        without = _without(tokens, left)
        yield [_Token(text=b"-") if token.name == "CC" and not token.quoted else token for token in without]
    if cookie:
        yield _without(tokens, set(names))
        yield tokens


def _without(tokens: list[_Token], names: set[str]) -> list[_Token]:
    """Leave fields out, with the blank behind them."""
    made: list[_Token] = []
    for token in tokens:
        if token.name in names:
            continue
        if token.text and made and made[-1].text:
            both = made[-1].text + token.text
            made[-1] = replace(made[-1], text=re.sub(rb" {2,}", b" ", both))
        else:
            made.append(token)
    return made


def _plan(name: str, tokens: list[_Token]) -> Plan:
    steps: list[Step] = []
    raw: list[int] = []
    met: set[Role] = set()
    for number, token in enumerate(tokens):
        if token.text:
            _say(steps, token.text)
            continue
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        if after is not None and not after.text and not (token.quoted or token.name in _GROUPS):
            raise ValueError(f"nothing stands between %{token.name} and %{after.name}")
        _take(steps, raw, met, token, after.text[:1] if after is not None else b"")
    return _whole(name, settled(steps, raw))


def _say(steps: list[Step], text: bytes) -> None:
    last = steps[-1] if steps else None
    if isinstance(last, Literal):
        steps[-1] = Literal(text=last.text + text)
    else:
        steps.append(Literal(text=text))


def _take(steps: list[Step], raw: list[int], met: set[Role], token: _Token, stop: bytes) -> None:
    """Add the steps of one variable."""
    role = _role(token, met)
    if token.name in _GROUPS:
        _say(steps, b"{")
        steps += [Take(role=Role.NONE, stop=b"}"), Literal(text=b"}")]
        return
    if token.name in ("hrl", "hsl"):
        raise ValueError(f"%{token.name} has no certain end")
    if token.name in _ZONED and not token.quoted and stop == b" ":
        raise ValueError(f"%{token.name} holds a blank, and a blank ends it: put it in brackets")
    if token.quoted:
        _say(steps, b'"')
        stop = b'"'
    if token.name == "r" and not token.quoted:
        raise ValueError("%r holds blanks: write %{+Q}r")
    if token.name in _RAW and not token.escaped:
        raw.append(len(steps))
    steps.append(
        Take(
            role=role,
            stop=stop,
            quote=Quote.BACKSLASH if token.escaped and token.quoted else Quote.NONE,
            unit=Unit.MILLISECONDS if role in (Role.SECONDS, Role.UPSTREAM_SECONDS) else Unit.SECONDS,
            present=role in (Role.WORD_B, Role.WORD_C),
            bare=not token.quoted and token.name not in _ZONED and token.name != "[]",
            port=token.name == "ci:cp",
        )
    )
    if token.name == "CC" and not token.quoted:
        # A captured cookie has its name, nothing captured is `-`: this keeps the two apart.
        steps[-1:] = [Take(role=Role.NONE, stop=b"=", bare=True), Literal(text=b"="), steps[-1]]
        raw[-1] += 2
    if token.quoted:
        _say(steps, b'"')


def _role(token: _Token, met: set[Role]) -> Role:
    """Give a variable its role; the first one of a role has it."""
    role = _ROLES.get(token.name, Role.NONE)
    if role in met or (token.hexadecimal and token.name in _NUMBERS):
        return Role.NONE
    met.add(role)
    return role


def _whole(name: str, steps: list[Step]) -> Plan:
    roles = {step.role for step in steps if isinstance(step, Take)}
    if Role.TIME not in roles:
        raise ValueError(
            "no time stands before what may hold anything (samples are safe with the flag +E and in quotes)"
        )
    if Role.WORD_B not in roles:
        # Without Tw nothing tells whether a server was chosen; the judge sees that by where the state stands.
        steps = [replace(s, role=Role.WORD_D) if isinstance(s, Take) and s.role is Role.WORD_A else s for s in steps]
    if Role.STATUS not in roles and Role.WORD_A not in roles:
        raise ValueError("neither status nor termination state can be read with certainty")
    return Plan(name=name, steps=tuple(steps), needs=frozenset(roles & {Role.TIME, Role.UPSTREAM}))


# ---- termination states ----

_PAIRS = {
    b"SC": FailureId.CONNECT_REFUSED,
    b"sC": FailureId.CONNECT_TIMEOUT,
    b"RC": FailureId.CONNECT_EXHAUSTED,
    b"PC": FailureId.CONNECT_EXHAUSTED,
    b"sQ": FailureId.GATEWAY_LIMIT,
    b"SQ": FailureId.NO_LIVE_UPSTREAM,
    b"SH": FailureId.CLOSED_BEFORE_RESPONSE,
    b"sH": FailureId.RESPONSE_TIMEOUT,
    b"PH": FailureId.INVALID_RESPONSE,
    b"DC": FailureId.NO_LIVE_UPSTREAM,
    b"DH": FailureId.NO_LIVE_UPSTREAM,
}
_CUT = {
    b"SD": FailureId.TRUNCATED_RESPONSE,
    b"sD": FailureId.TRUNCATED_RESPONSE,
    b"PD": FailureId.INVALID_RESPONSE,
    b"DD": FailureId.NO_LIVE_UPSTREAM,
}
_SWITCHED = 101
_ERROR = 500


def judge(signs: Signs) -> Judged:
    """Judge a request by its termination state (word A; D if Tw and Tc are not logged) and these timers.

    Where the state leaves several failures open, the most frequent one is told: a server that did not accept (`SC`)
    is `connect-refused`, though it may have been unreachable or have failed in its TLS handshake.
    """
    pair = (signs.words[0] or signs.words[3])[:2]
    if pair in _CUT:
        # An idle tunnel that its time-out ends is nothing wrong.
        cut = not (pair == b"sD" and signs.status == _SWITCHED)
        return Judged(failed=cut, failure=_CUT[pair] if cut else None)
    if pair in _PAIRS:
        if 0 < signs.status < _ERROR or (pair == b"PH" and signs.status == _ERROR):
            return Judged()
        unchosen = pair == b"SC" and bool(signs.words[0]) and not signs.words[1]
        return Judged(failed=True, failure=FailureId.NO_LIVE_UPSTREAM if unchosen else _PAIRS[pair])
    return _by_answer(pair, signs)


def _by_answer(pair: bytes, signs: Signs) -> Judged:
    """Judge what was not ended by a fault: an answer passed on, one made by a rule, or a client that left."""
    if signs.status not in FAILED_STATUS or pair in (b"PR", b"PT", b"LR", b"LC"):
        return Judged()
    if pair in (b"--", b"CD", b"cD", b"CL", b"cL") and (signs.words[2] or signs.upstream):
        return Judged(failed=True, failure=FailureId.UPSTREAM_ANSWERED_ERROR)
    if pair[:1] in (b"C", b"c"):
        return Judged()
    return Judged(failed=True, failure=FailureId.UNKNOWN)


def judge_tcp(signs: Signs) -> Judged:
    """Judge a connection passed through: as a request, but the server's silence on an open one (`sD`) is no fault."""
    return Judged() if (signs.words[0] or signs.words[3])[:2] == b"sD" else judge(signs)
