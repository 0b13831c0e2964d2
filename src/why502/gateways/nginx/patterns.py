"""Regular expressions as nginx has them (PCRE, no UTF mode) on top of Python's, where they mean the same.

A pattern that does not translate, or whose repeats within repeats could take forever on this text, is
answered with `Unknown`: it is never guessed.
"""

import re
from functools import lru_cache

from why502.observations.frozen import frozen

LONGEST_PATTERN = 2000
LONGEST_RISKY_TEXT = 20
LONGEST_BY_SPREAD = (2048, 2048, 2048, 215, 56)


@frozen
class Unknown:
    """A value that the files and the request do not tell. `what` names it: a variable, a pattern."""

    what: str


@frozen
class Found:
    """A match: its groups from 1 on, "" for one that took no part, and the named ones."""

    groups: tuple[str, ...]
    named: tuple[tuple[str, str], ...]


@frozen
class _Pattern:
    compiled: re.Pattern[str]
    longest: int


class _CannotError(Exception):
    """The pattern has no like in Python."""


def search(pattern: str, text: str, caseless: bool = False) -> Found | Unknown | None:
    """Search as nginx does; `None` is no match. Text and pattern hold one character for each byte."""
    ready = _compiled(pattern, caseless)
    if ready is None:
        return Unknown(what=f'the regular expression "{pattern[:200]}"')
    if len(text) > ready.longest:
        return Unknown(what=f'the regular expression "{pattern[:200]}" (too costly to try)')
    match = ready.compiled.search(text)
    if match is None:
        return None
    named = tuple((name, value or "") for name, value in match.groupdict().items())
    return Found(groups=tuple(group or "" for group in match.groups()), named=named)


def names(pattern: str, caseless: bool = False) -> tuple[str, ...]:
    """Return the names of a pattern's groups, which nginx makes variables."""
    ready = _compiled(pattern, caseless)
    return tuple(ready.compiled.groupindex) if ready is not None else ()


@lru_cache(maxsize=4096)
def _compiled(pattern: str, caseless: bool) -> _Pattern | None:
    if len(pattern) > LONGEST_PATTERN:
        return None
    translation = _Translation(pattern)
    try:
        translated = translation.run()
        flags = re.ASCII | (re.IGNORECASE if caseless else 0)
        return _Pattern(compiled=re.compile(translated, flags), longest=translation.longest())
    except (_CannotError, re.error, OverflowError, RecursionError):
        return None


_SAME = frozenset("dDwWsSbBA")
_SIGNS = {"a": "\\x07", "e": "\\x1b", "f": "\\x0c", "n": "\\n", "r": "\\r", "t": "\\t"}
_OTHER = {
    "z": "\\Z",
    "Z": "(?=\\n?\\Z)",
    "h": "[ \\t\\xa0]",
    "H": "[^ \\t\\xa0]",
    "v": "[\\n\\x0b\\x0c\\r\\x85]",
    "V": "[^\\n\\x0b\\x0c\\r\\x85]",
    "N": "[^\\n]",
    "R": "(?:\\r\\n|[\\n\\x0b\\x0c\\r\\x85])",
}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-\\x7e",
    "lower": "a-z",
    "print": " -\\x7e",
    "punct": "!-/:-@\\[-`{-\\x7e",
    "space": " \\t\\n\\r\\x0b\\x0c",
    "upper": "A-Z",
    "word": "\\w",
    "xdigit": "0-9A-Fa-f",
}
_HEX = re.compile(r"x(?:\{([0-9A-Fa-f]{1,2})\}|([0-9A-Fa-f]{0,2}))")
_BACK = re.compile(r"k(?:<(\w+)>|\{(\w+)\}|'(\w+)')|g(?:\{([1-9]\d?)\}|([1-9]\d?))|([1-9])(?!\d)")
_OPEN = re.compile(r"\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'|([:=!>]|<=|<!)|([ims]*(?:-[ims]+)?)(:|\)))")
_REPEAT = re.compile(r"([*+?]|\{\d+(,)?(\d*)\})([?+]?)")
_CLASS_NAME = re.compile(r"\[:([a-z]+):\]")


class _Translation:
    """Walks through one pattern.

    `risky` once a repeated group repeats without end inside; `spread` counts the endless repeats that can share
    out the same text among them in many ways: those of `.`, and those with nothing in between.
    """

    def __init__(self, pattern: str) -> None:
        self.risky = False
        self.spread = 0
        self._after_endless = False
        self._pattern = pattern
        self._at = 0
        self._out: list[str] = []
        # For each open group: whether it repeats inside, how many scopes of `(?i)` it must close.
        self._open: list[tuple[bool, int]] = [(False, 0)]

    def run(self) -> str:
        while self._at < len(self._pattern):
            self._step(self._pattern[self._at])
        if len(self._open) != 1:
            raise _CannotError
        return "".join(self._out) + ")" * self._open[0][1]

    def longest(self) -> int:
        """Return how long a text may be to be tried in reasonable time."""
        if self.risky or self.spread >= len(LONGEST_BY_SPREAD):
            return LONGEST_RISKY_TEXT
        return LONGEST_BY_SPREAD[self.spread]

    def _step(self, sign: str) -> None:
        repeats = False
        match sign:
            case "\\":
                self._escape()
            case "[":
                self._class()
            case "(":
                self._group()
                return
            case ")":
                if len(self._open) == 1:
                    raise _CannotError
                repeats, scopes = self._open.pop()
                self._put(")" * (scopes + 1), 1)
            case "|":
                if self._open[-1][1]:
                    raise _CannotError
                self._put("|", 1)
                return
            case "{" if _REPEAT.match(self._pattern, self._at) is None:
                self._put("\\{", 1)
            case _:
                self._put(sign if sign in "^$.*+?{" else re.escape(sign), 1)
        if sign not in "*+?{^" or (sign == "{" and self._out[-1] == "\\{"):
            self._quantifier(repeats, sign)

    def _put(self, text: str, taken: int) -> None:
        self._out.append(text)
        self._at += taken

    def _quantifier(self, repeats: bool, atom: str) -> None:
        found = _REPEAT.match(self._pattern, self._at)
        endless = False
        if found is not None:
            self._put(found[0], len(found[0]))
            endless = found[1] in "*+" or (found[2] is not None and not found[3])
            self.risky = self.risky or (endless and repeats and found[4] != "+")
        if endless and (atom == "." or self._after_endless):
            self.spread += 1
        if atom not in ")$":
            self._after_endless = endless
        inside, scopes = self._open[-1]
        self._open[-1] = (inside or endless or repeats, scopes)

    def _group(self) -> None:
        if not self._pattern.startswith(("(?", "(*"), self._at):
            self._put("(", 1)
            self._open.append((False, 0))
            return
        found = _OPEN.match(self._pattern, self._at)
        if found is None:
            raise _CannotError
        name = found[1] or found[2]
        if name is not None:
            self._put(f"(?P<{name}>", len(found[0]))
        elif found[5] == ")":
            self._put(f"(?{found[4]}:", len(found[0]))
            inside, scopes = self._open[-1]
            self._open[-1] = (inside, scopes + 1)
            return
        else:
            self._put(found[0], len(found[0]))
        self._open.append((False, 0))

    def _escape(self) -> None:
        self._at += 1
        sign = self._pattern[self._at : self._at + 1]
        if (back := _BACK.match(self._pattern, self._at)) is not None:
            name = back[1] or back[2] or back[3]
            number = back[4] or back[5] or back[6]
            self._put(f"(?P={name})" if name else f"(?:\\{number})", len(back[0]))
        elif sign in _SAME or sign in _OTHER:
            self._put(_OTHER.get(sign, "\\" + sign), 1)
        elif sign == "Q":
            end = self._pattern.find("\\E", self._at)
            end = len(self._pattern) if end < 0 else end
            self._put(re.escape(self._pattern[self._at + 1 : end]), end + 2 - self._at)
        else:
            literal, taken = self._literal(sign)
            self._put(literal, taken)

    def _literal(self, sign: str) -> tuple[str, int]:
        """Translate an escape that stands for one character."""
        if sign in _SIGNS:
            return _SIGNS[sign], 1
        if (code := _HEX.match(self._pattern, self._at)) is not None:
            return f"\\x{int(code[1] or code[2] or '0', 16):02x}", len(code[0])
        if not sign or (sign.isascii() and sign.isalnum()):
            raise _CannotError
        return re.escape(sign), 1

    def _class(self) -> None:
        out = ["["]
        self._at += 1
        if self._pattern[self._at : self._at + 1] == "^":
            out.append("^")
            self._at += 1
        first = True
        ranges = False
        while first or self._pattern[self._at : self._at + 1] != "]":
            if self._at >= len(self._pattern):
                raise _CannotError
            ranges = self._member(out, ranges)
            first = False
        self._at += 1
        self._out.append("".join(out) + "]")

    def _member(self, out: list[str], ranges: bool) -> bool:
        """Translate one member of a class; `ranges` tells whether a `-` here makes a range."""
        sign = self._pattern[self._at]
        following = self._pattern[self._at + 1 : self._at + 3]
        if sign == "-" and ranges and following[:1] not in ("]", "") and not self._wide(following):
            out.append("-")
            self._at += 1
            self._single(out)
            return False
        if (named := _CLASS_NAME.match(self._pattern, self._at)) is not None:
            if named[1] not in _POSIX:
                raise _CannotError
            out.append(_POSIX[named[1]])
            self._at += len(named[0])
            return False
        if self._wide(self._pattern[self._at : self._at + 2]):
            out.append(self._pattern[self._at : self._at + 2] if following[:1] in _SAME else _OTHER["h"][1:-1])
            self._at += 2
            return False
        self._single(out)
        return True

    @staticmethod
    def _wide(two: str) -> bool:
        return two[:1] == "\\" and two[1:2] in ("d", "D", "w", "W", "s", "S", "h")

    def _single(self, out: list[str]) -> None:
        sign = self._pattern[self._at]
        self._at += 1
        if sign != "\\":
            out.append("\\" + sign if sign in "\\]^[&~|-" else sign)
            return
        sign = self._pattern[self._at : self._at + 1]
        literal, taken = ("\\x08", 1) if sign == "b" else self._literal(sign)
        out.append(literal)
        self._at += taken
