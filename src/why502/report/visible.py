r"""Text from outside, made fit to be shown: nothing in it moves a cursor, reorders a line or hides.

Escape sequences (ECMA-48), C0 and C1 controls, bidirectional overrides and isolates (UAX #9), zero-width and other
invisible characters, odd spaces, and undecodable bytes become their escapes, as Python writes them: `\x1b`, `\u202e`.
"""

import re

LIMIT = 2000

# Printable by category, yet nothing is seen: fillers, the blank Braille cell, variation selectors, joiners.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def visible(text: str, ascii_only: bool = False) -> str:
    r"""Return the text as one line; a line break is shown as `⏎`, or `\n` if only ASCII may be used."""
    text = text.replace("\r\n", "\n").replace("\n", "\\n" if ascii_only else "⏎")
    if text.isprintable() and not (ascii_only and not text.isascii()) and not _UNSEEN.search(text):
        return text
    return "".join(_shown(char, ascii_only) for char in text)


def visible_lines(text: str, ascii_only: bool = False) -> list[str]:
    """Return the text line by line, for a frame that shows where each one begins; tabs become spaces."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    return [visible(line.expandtabs(4), ascii_only) for line in lines]


def bounded(text: str, limit: int = LIMIT) -> str:
    """Return at most `limit` characters of a text, and say how many are left out."""
    left = len(text) - limit
    return text if left <= 0 else f"{text[:limit]} […] {left} more characters"


def _shown(char: str, ascii_only: bool) -> str:
    if char.isprintable() and not _UNSEEN.match(char) and (char.isascii() or not ascii_only):
        return char
    return char.encode("unicode_escape").decode("ascii")
