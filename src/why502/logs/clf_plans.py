"""What a format of Apache's kind (`%h %l "%{Referer}i" %>s`) compiles to; lighttpd and varnishncsa write them too."""

import re
from collections.abc import Callable
from dataclasses import replace

from why502.logs.plan import MOST_STEPS, Blanks, Literal, Plan, Quote, Role, Step, Take, Unit
from why502.observations.frozen import frozen


@frozen
class Token:
    """One `%` token: `%{name}letter`. `request`: `<` the original, `>` the final one, else empty."""

    letter: str
    name: str = ""
    request: str = ""


@frozen
class Meaning:
    """What a token writes. `text`: somebody else's words, which may hold blanks; else one word of the product's own.

    `bracketed`: the value comes in its own square brackets. `padded`: blanks may stand before it. `port`: it is a port;
    of a client: it comes with its port.
    """

    role: Role = Role.NONE
    text: bool = False
    unit: Unit = Unit.SECONDS
    present: bool = False
    bracketed: bool = False
    padded: bool = False
    port: bool = False


Meanings = Callable[[Token], Meaning]

_TOKEN = re.compile(
    r"%(?:(?P<percent>%)|[!0-9,]{0,40}(?P<request>[<>]?)(?:\{(?P<name>[^}]{0,200})\})?(?P<letter>\^?[A-Za-z]{1}[A-Z]{0,1}))",
    re.ASCII,
)
_WRAPPED = re.compile(r'"((?:[^"\\]|\\.)*+)"(?:\s+[\w=!.-]{1,100}){0,2}', re.DOTALL)
_QUOTED = re.compile(r'\\(["\\tn])')
_PAIRED = ("^FB", "^FU", "^ti", "^to")
_CHECKED = (Role.STATUS, Role.TIME)

_LOCAL_TIMES = ("%d/%b/%Y:%H:%M:%S %z", "%d/%b/%Y:%T %z")
_ISO_TIMES = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%T%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d %T%z", "%FT%T%z", "%F %T%z")
_NAIVE_TIMES = tuple(each.removesuffix("%z").rstrip() for each in (*_LOCAL_TIMES, *_ISO_TIMES))
_ZULU_TIMES = tuple(each.removesuffix("%z") + "Z" for each in _ISO_TIMES)
_TIMES = frozenset([*_LOCAL_TIMES, *_ISO_TIMES, *_NAIVE_TIMES, *_ZULU_TIMES, "sec", "msec", "usec"])


def time_of(name: str) -> Meaning:
    """Say what `%{name}t` writes; a pattern that is no whole time is read over."""
    pattern = name.removeprefix("begin:").removeprefix("end:")
    if not pattern:
        return Meaning(role=Role.TIME, bracketed=True)
    return Meaning(role=Role.TIME if pattern in _TIMES else Role.NONE)


def took(name: str) -> Meaning:
    """Say what `%{unit}T` writes."""
    unit = {"us": Unit.MICROSECONDS, "ms": Unit.MILLISECONDS}.get(name, Unit.SECONDS)
    return Meaning(role=Role.SECONDS, unit=unit)


Part = bytes | tuple[Token, Meaning]


def compiled(text: str, name: str, meanings: Meanings) -> tuple[Plan, ...]:
    """Compile a format; `ValueError` says why lines of it cannot be read with certainty."""
    return laid_out(_parts(text, meanings), name)


def laid_out(parts: list[Part], name: str) -> tuple[Plan, ...]:
    """Make the plan of literals and tokens that alternate."""
    parts = _ported(parts)
    roles = [part[1].role for part in parts if not isinstance(part, bytes)]
    if Role.STATUS not in roles:
        raise ValueError("the format holds no status")
    if Role.TIME not in roles:
        raise ValueError("the format holds no time that can be read")
    steps = _steps(parts)
    if len(steps) > MOST_STEPS:
        raise ValueError("the format has too many parts")
    return (Plan(name=name, steps=steps, needs=frozenset({Role.TIME, Role.STATUS})),)


def _ported(parts: list[Part]) -> list[Part]:
    """Make a client, a colon and its port one value: an address of IPv6 holds colons as well."""
    made: list[Part] = []
    for part in parts:
        before = made[-2] if len(made) > 1 and made[-1] == b":" else b""
        if isinstance(part, tuple) and part[1].port and isinstance(before, tuple) and before[1].role is Role.CLIENT:
            made[-2:] = [(before[0], replace(before[1], port=True))]
        else:
            made.append(part)
    return made


def unquoted(text: str) -> str:
    """Take a format out of its double quotes, as a configuration writes it."""
    text = text.strip()
    found = _WRAPPED.fullmatch(text)
    return _QUOTED.sub(_unescaped, found[1]) if found else text.replace('\\"', '"')


def _unescaped(found: re.Match[str]) -> str:
    return {"t": "\t", "n": "\n"}.get(found[1], found[1])


def _parts(text: str, meanings: Meanings) -> list[Part]:
    made: list[Part] = []
    at = 0
    literal = b""
    for found in _TOKEN.finditer(text):
        literal += text[at : found.start()].encode("utf-8", "replace")
        at = found.end()
        if found["percent"]:
            literal += b"%"
            continue
        letter = found["letter"]
        if letter.startswith("^"):
            letter = text[found.start("letter") : found.start("letter") + 3]
            if letter not in _PAIRED:
                raise ValueError(f"the format holds %{letter}, which is not known")
            at = found.start("letter") + 3
        elif len(letter) > 1:
            # Only the first letter is the token's: what follows is text.
            at -= len(letter) - 1
            letter = letter[0]
        token = Token(letter=letter, name=found["name"] or "", request=found["request"])
        meaning = meanings(token)
        if token.letter == "q" and made and not literal and not isinstance(made[-1], bytes):
            continue  # the query follows its path without a gap: one value
        if not literal and made and not isinstance(made[-1], bytes) and not meaning.bracketed:
            raise ValueError(f"nothing stands between %{made[-1][0].letter} and %{token.letter}")
        literal += b"[" if meaning.bracketed else b""
        if literal:
            made.append(literal)
        made.append((token, meaning))
        literal = b"]" if meaning.bracketed else b""
    literal += text[at:].encode("utf-8", "replace")
    return [*made, literal] if literal else made


def _steps(parts: list[Part]) -> tuple[Step, ...]:
    """Lay out the steps; raise if a value could end early and leave its rest to a later one."""
    made: list[Step] = []
    final = any(not isinstance(part, bytes) and part[0].request == ">" for part in parts)
    given: set[Role] = set()
    has_request = any(not isinstance(part, bytes) and part[1].role is Role.REQUEST for part in parts)
    loose: list[tuple[int, bytes]] = []
    skip = False
    for number, part in enumerate(parts):
        if isinstance(part, bytes):
            made.append(Literal(text=part[1:] if skip else part))
            skip = False
            continue
        token, meaning = part
        after = parts[number + 1] if number + 1 < len(parts) else b""
        stop = after if isinstance(after, bytes) else b""
        before = parts[number - 1] if number else b""
        quoted = isinstance(before, bytes) and before.endswith(b'"') and stop.startswith(b'"')
        # A user's name may hold blanks: it ends at the bracket of the time, and its last blank goes with it.
        skip = token.letter == "u" and not quoted and stop.startswith(b" [")
        role = meaning.role
        original = role is Role.STATUS and final and token.request != ">"
        if role in given or original or (has_request and role in (Role.METHOD, Role.PATH)):
            role = Role.NONE
        given.add(role)
        if role is Role.TIME and not meaning.bracketed and stop.startswith(b" ") and " " in token.name:
            raise ValueError("the time holds the blank that ends it: put it in brackets")
        ending = stop[1:2] if skip else stop[:1]
        if meaning.padded and made and isinstance(made[-1], Literal) and made[-1].text.endswith(b" "):
            literal = made.pop().text[:-1]  # type: ignore[union-attr]
            made += [Literal(text=literal), Blanks()] if literal else [Blanks()]
        if meaning.text and not quoted and ending:
            loose.append((len(made), ending))
        made.append(
            Take(
                role=role,
                stop=ending,
                quote=Quote.BACKSLASH if quoted else Quote.NONE,
                unit=meaning.unit if role is not Role.NONE else Unit.SECONDS,
                present=meaning.present and role is not Role.NONE,
                port=meaning.port and role is not Role.NONE,
                bare=not quoted and not meaning.text and ending != b" " and meaning.role is not Role.TIME,
            )
        )
    _assure(made, loose)
    return tuple(made)


def _assure(steps: list[Step], loose: list[tuple[int, bytes]]) -> None:
    """Raise if text without quotes that ends early could leave its rest to a later value.

    A quote behind another byte is a wall: a client's own quote comes behind a backslash.
    """
    for number, ending in loose:
        for later in steps[number + 1 :]:
            if isinstance(later, Literal) and b'"' in later.text[1:]:
                break
            if isinstance(later, Take) and _can_hold(later, ending):
                raise ValueError("a value without quotes can hold what ends it, and another one what follows")


def _can_hold(take: Take, byte: bytes) -> bool:
    if take.role in _CHECKED or byte == take.stop:
        return False
    return not (take.bare and byte in b' \t"')
