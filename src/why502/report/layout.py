"""Lines of a terminal: widths in cells, wrapping, marks with an ASCII form, colours that carry nothing alone."""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum

from why502.observations.frozen import frozen
from why502.report.visible import visible

NARROWEST = 40


class Paint(Enum):
    """The few ways to set off a piece of text (SGR parameters of ECMA-48)."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    CYAN = "36"


_ASCII = str.maketrans(
    {"●": "*", "○": "o", "✗": "x", "✓": "+", "–": "-", "─": "-", "▶": ">", "│": "|", "└": "`", "├": "|", "·": "-"}
)


@frozen
class Look:
    """How text is to be written."""

    width: int = 80
    colour: bool = False
    ascii_only: bool = False
    verbose: bool = False

    def say(self, text: str) -> str:
        """Return text from outside as one safe line."""
        return visible(text, self.ascii_only)

    def glyph(self, text: str) -> str:
        """Return our own drawing in what the terminal can show."""
        return text.translate(_ASCII).replace("…", "...") if self.ascii_only else text

    def paint(self, text: str, *how: Paint) -> str:
        """Colour a piece that needs no more wrapping."""
        if not self.colour or not text or not how:
            return text
        return f"\x1b[{';'.join(each.value for each in how)}m{text}\x1b[0m"


def cells(text: str) -> int:
    """Return how many columns a text takes (UAX #11: wide characters take two, combining marks none)."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def fill(text: str, width: int) -> str:
    """Pad with spaces to a number of columns."""
    return text + " " * (width - cells(text))


def cut(text: str, width: int, more: str = "…") -> str:
    """Shorten a text to a number of columns, and show that it was."""
    if cells(text) <= width:
        return text
    return next(_pieces(text, max(width - cells(more), 1))) + more


def wrap(text: str, width: int) -> list[str]:
    """Break a text at spaces, a long word wherever it must; indentation at its start is kept on every line."""
    width = max(width, 8)
    indent = " " * min(len(text) - len(text.lstrip(" ")), width // 2)
    room = width - len(indent)
    lines = [""]
    for word in re.findall(r"[^ ]+", text):
        for piece in _pieces(word, room):
            joined = f"{lines[-1]} {piece}" if lines[-1] else piece
            if cells(joined) <= room:
                lines[-1] = joined
            else:
                lines.append(piece)
    return [(indent + line).rstrip() for line in lines]


def _pieces(word: str, width: int) -> Iterator[str]:
    """Split a word that is wider than a line."""
    piece, used = "", 0
    for char in word:
        wide = _cell(char)
        if used + wide > width:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + wide
    yield piece
