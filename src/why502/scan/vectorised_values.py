"""What values of many lines mean, by NumPy: each distinct one is read once by the reference's own functions.

A memo maps the words of a value to a number. It compares all words of a value exactly, so that no two values are ever
taken for each other; it forgets what finds no room, so that no log makes it grow.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from why502.logs.numbers import LONGEST_TIME
from why502.logs.plan import Unit
from why502.scan.vectorised_lines import WIDEST, Mask, Places, Span, Text, Words

Numbers = NDArray[np.int64]
Resolve = Callable[[int], int]
"""From a row's number to what the memo keeps for its value."""

Change = Callable[[list[Words]], list[Words]]

UNREAD = -(1 << 62)
SMALL, LARGE = 12, 14
"""Bits of the number of a memo's slots."""

_SPREAD = tuple(np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_TURN = np.uint64(29)
_ROUNDS = 3


class Memo:
    """Numbers by the words of values. The words of one call are as many as those of every other."""

    def __init__(self, bits: int = SMALL) -> None:
        self._shift = np.uint64(64 - bits)
        self._bits = bits
        self._keys: list[Words] = []
        self._values: Numbers = np.empty(0, dtype=np.int64)

    def look(self, words: Sequence[Words], resolve: Resolve) -> Numbers:
        """Return the number of each row. The last word is never 0: so no empty slot looks like a value."""
        if not self._keys:
            self._values = np.zeros(1 << self._bits, dtype=np.int64)
            self._keys = [np.zeros(1 << self._bits, dtype=np.uint64) for _ in words]
        slots = self._slots(words)
        hit = self._hits(words, slots)
        values = self._values.take(slots)
        missed = np.flatnonzero(~hit)
        for _ in range(_ROUNDS):
            if not len(missed):
                return values
            missed = self._learn(words, slots, missed, values, resolve)
        for row in missed.tolist():
            values[row] = resolve(row)
        return values

    def _slots(self, words: Sequence[Words]) -> Places:
        mixed = words[0] * _SPREAD[0]
        for number, word in enumerate(words[1:], 1):
            mixed ^= mixed >> _TURN
            mixed += word
            mixed *= _SPREAD[number % 3]
        mixed ^= mixed >> _TURN
        mixed *= _SPREAD[1]
        return (mixed >> self._shift).view(np.int64)

    def _hits(self, words: Sequence[Words], slots: Places) -> Mask:
        hit: Mask = self._keys[-1].take(slots) == words[-1]
        for key, word in zip(self._keys[:-1], words[:-1], strict=True):
            hit &= key.take(slots) == word
        return hit

    def _learn(
        self, words: Sequence[Words], slots: Places, missed: Places, values: Numbers, resolve: Resolve
    ) -> Places:
        """Resolve one row of each slot, and what is equal to it; return the rows that are still missed."""
        rows = missed[np.unique(slots[missed], return_index=True)[1]]
        new = slots[rows]
        self._values[new] = [resolve(row) for row in rows.tolist()]
        for key, word in zip(self._keys, words, strict=True):
            key[new] = word[rows]
        again = slots[missed]
        hit = self._hits([word[missed] for word in words], again)
        values[missed[hit]] = self._values.take(again[hit])
        return missed[~hit]


class Values:
    """Memos of one role's values by their width."""

    def __init__(self, bits: int = SMALL) -> None:
        self._memos = {width: Memo(bits if width <= 32 else SMALL) for width in (8, 16, 32, WIDEST)}  # noqa: PLR2004

    def look(self, text: Text, span: Span, resolve: Resolve, change: Change | None = None) -> Numbers:
        """Return the number of each value. `change` makes values equal that are resolved alike."""
        size = span.end - span.start
        longest = int(size.max(initial=0))
        for width, memo in self._memos.items():
            if longest < width:
                return self._of(memo, width, text, span, resolve, change)
        short = np.flatnonzero(size < 32)  # noqa: PLR2004
        middle = np.flatnonzero((size >= 32) & (size < WIDEST))  # noqa: PLR2004
        long = np.flatnonzero(size >= WIDEST)
        values = np.empty(len(size), dtype=np.int64)
        for rows, width in ((short, 32), (middle, WIDEST)):
            if len(rows):
                some = of_rows(rows, resolve)
                values[rows] = self._of(self._memos[width], width, text, span.kept(rows), some, change)
        for row in long.tolist():
            values[row] = resolve(row)
        return values

    def _of(
        self,
        memo: Memo,
        width: int,
        text: Text,
        span: Span,
        resolve: Resolve,
        change: Change | None,
    ) -> Numbers:
        words = text.value(span.start, span.end, width // 8)
        if change is not None:
            words = change(words)
        return memo.look([*words, (span.end - span.start + 1).view(np.uint64)], resolve)


def of_rows(rows: Places, resolve: Resolve) -> Resolve:
    """Resolve rows by their place among some."""
    return lambda row: resolve(int(rows[row]))


# ---- what makes values alike ----


def without_long_numbers(words: list[Words]) -> list[Words]:
    """Put 0 for each digit of a run of four or more: no route depends on which digits they are (`logs.routes`).

    The last byte of each value is a zero (it is shorter than its words), so that no run goes on into the next.
    """
    made = np.empty((len(words[0]), len(words)), dtype="<u8")
    for number, word in enumerate(words):
        made[:, number] = word
    flat = made.reshape(-1).view(np.uint8)
    digit = (flat - np.uint8(0x30)) < 10  # noqa: PLR2004
    if len(digit) < 4:  # noqa: PLR2004
        return words
    pair = digit[:-1] & digit[1:]
    four = pair[:-2] & pair[2:]
    pair = np.zeros(len(digit), dtype=np.bool_)
    pair[: len(four)] = four
    pair[1 : len(four) + 1] |= four
    run = pair.copy()
    run[2:] |= pair[:-2]
    flat -= (flat & np.uint8(0x0F)) * run
    return [made[:, number] for number in range(len(words))]


_FRACTIONS = (8, 10, 19, 20)
"""Where a fraction of a second begins in the shapes of `logs.times`."""

_MOST_DIGITS = 9
_ZERO = np.uint8(0x30)


def without_fractions(words: list[Words]) -> list[Words]:
    """Put 0 for each digit of a fraction of a second: times are whole seconds."""
    made = np.empty((len(words[0]), len(words)), dtype="<u8")
    for number, word in enumerate(words):
        made[:, number] = word
    flat = made.view(np.uint8)
    changed = False
    for place in _FRACTIONS:
        if place >= flat.shape[1]:
            break
        inside = (flat[:, place] == ord(".")) | (flat[:, place] == ord(","))
        if not inside.any():
            continue
        changed = True
        for at in range(place + 1, min(place + 1 + _MOST_DIGITS, flat.shape[1])):
            inside &= (flat[:, at] - np.uint8(0x30)) < 10  # noqa: PLR2004
            flat[:, at] -= (flat[:, at] & np.uint8(0x0F)) * inside
    return [made[:, number] for number in range(len(words))] if changed else words


def runs(text: Text, span: Span) -> tuple[Places, Places]:
    """Return the first row of each run of equal values, and how many rows each run has."""
    size = span.end - span.start
    if not len(size) or int(size.max()) >= WIDEST:
        return np.arange(len(size)), np.ones(len(size), dtype=np.int64)
    other = size[1:] != size[:-1]
    for word in text.value(span.start, span.end, (int(size.max()) + 7) // 8):
        other |= word[1:] != word[:-1]
    first = np.flatnonzero(np.concatenate(([True], other)))
    return first, np.diff(np.append(first, len(size)))


_SHAPES = ((2, ord("/"), 17), (4, ord("-"), 16), (4, ord("/"), 16))
"""What tells shapes of `logs.times` whose seconds stand after a colon at a place: a byte, and that place."""


def seconds_of(text: Text, span: Span) -> Numbers:
    """Return the seconds of the times whose minutes can be read apart from them (`without_seconds`); 0 of others."""
    made = np.zeros(len(span.start), dtype=np.int64)
    long = span.end - span.start
    for place, byte, colon in _SHAPES:
        fits = (long >= colon + 3) & (text.bytes.take(span.start + place) == byte)
        if not fits.any():
            continue
        colons, tens, ones = (text.bytes.take(span.start + (colon + number)) for number in range(3))
        fits &= (colons == ord(":")) & (tens - _ZERO < 6) & (ones - _ZERO < 10)  # noqa: PLR2004
        made += np.where(fits, (tens - _ZERO) * np.int64(10) + (ones - _ZERO), 0)
    return made


def without_seconds(words: list[Words]) -> list[Words]:
    """Put 0 for the seconds that `seconds_of` returns, and for fractions."""
    words = without_fractions(words)
    made = np.empty((len(words[0]), len(words)), dtype="<u8")
    for number, word in enumerate(words):
        made[:, number] = word
    flat = made.view(np.uint8)
    for place, byte, colon in _SHAPES:
        if colon + 3 > flat.shape[1]:
            continue
        tens, ones = flat[:, colon + 1], flat[:, colon + 2]
        fits = (flat[:, place] == byte) & (flat[:, colon] == ord(":")) & (tens - _ZERO < 6) & (ones - _ZERO < 10)  # noqa: PLR2004
        tens -= (tens & np.uint8(0x0F)) * fits
        ones -= (ones & np.uint8(0x0F)) * fits
    return [made[:, number] for number in range(len(words))]


# ---- durations ----

_DOTS, _ZEROS, _TOPS = np.uint64(0x2E2E2E2E2E2E2E2E), np.uint64(0x3030303030303030), np.uint64(0x8080808080808080)
_SEVENS, _HIGHS, _SIXES = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0606060606060606)
_ONE, _EIGHT = np.uint64(1), np.uint64(8)
_TEN_TO = np.array([10**power for power in range(19)], dtype=np.int64)
_WORD = 8


def microseconds(text: Text, span: Span, unit: Unit, memo: Values, resolve: Resolve) -> Numbers:
    """Read durations; -1: unknown. `resolve` reads what is neither digits nor digits with one dot in eight bytes."""
    size = span.end - span.start
    (word,) = text.words(span.start, 1)
    empty = np.maximum(8 - size, 0).view(np.uint64) * _EIGHT
    word = (word << empty) | (_ZEROS >> (np.uint64(64) - empty))
    other = word ^ _DOTS
    dot = ~(((other & _SEVENS) + _SEVENS) | other | _SEVENS)
    below = (dot >> np.uint64(7)) - _ONE
    dotted = dot != 0
    behind = np.where(dotted, ~below & ~((dot >> np.uint64(7)) * np.uint64(0xFF)), 0)
    decimals = (np.bitwise_count(behind) >> 3).astype(np.int64)
    digits = np.where(dotted, (word & behind) | ((word & below) << _EIGHT) | np.uint64(0x30), word)
    plain = (np.bitwise_count(dot) <= 1) & (size > 0) & (size <= _WORD)
    plain &= ((digits & _HIGHS) == _ZEROS) & (((digits + _SIXES) & _HIGHS) == _ZEROS)
    plain &= ~dotted | (size - decimals > 1)
    value = _eight_digits(digits)
    shift = 6 - decimals - 3 * int(unit)
    value = value * _TEN_TO.take(np.maximum(shift, 0))
    if int(shift.min(initial=0)) < 0:
        value = value // _TEN_TO.take(np.maximum(-shift, 0))
    value = np.minimum(value, LONGEST_TIME)
    rest = np.flatnonzero(~plain)
    if len(rest):
        value[rest] = memo.look(text, span.kept(rest), of_rows(rest, resolve))
    return value


def _eight_digits(word: Words) -> Numbers:
    """Read eight digits, the first in the lowest byte."""
    word = word - _ZEROS
    word = (word * np.uint64(10)) + (word >> np.uint64(8))
    low = (word & np.uint64(0x000000FF000000FF)) * np.uint64(0x000F424000000064)
    high = ((word >> np.uint64(16)) & np.uint64(0x000000FF000000FF)) * np.uint64(0x0000271000000001)
    return ((low + high) >> np.uint64(32)).view(np.int64)


def buckets(values: Numbers) -> Numbers:
    """Return the buckets of durations (`numbers.bucket`)."""
    length = np.frexp(values.astype(np.float64))[1].astype(np.int64)
    above = np.maximum(length - 5, 0)
    made: Numbers = 16 * above + (values >> above)
    return made


# ---- hashes ----

_SIZE, _STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x9FB21C651E98DF25)
_MIX_A, _MIX_B = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_THIRTY_TWO, _THIRTY_THREE = np.uint64(32), np.uint64(33)
_HASHED = 48


def hashes(text: Text, span: Span, resolve: Callable[[int], int]) -> Words:
    """Hash values (`numbers.hash64`); `resolve` hashes what is long."""
    size = span.end - span.start
    longest = min(int(size.max(initial=0)), _HASHED)
    made = size.view(np.uint64) * _SIZE
    for number, word in enumerate(text.value(span.start, span.end, (longest + 7) // 8)):
        more = (made ^ word) * _STEP
        more ^= more >> _THIRTY_TWO
        made = more if number == 0 and int(size.min(initial=0)) > 0 else np.where(size > 8 * number, more, made)
    made = mixed(made)
    for row in np.flatnonzero(size > _HASHED).tolist():
        made[row] = resolve(row)
    return made


def mixed(value: Words) -> Words:
    """Mix 64 bits (`numbers.mixed`)."""
    value = value ^ (value >> _THIRTY_THREE)
    value = value * _MIX_A
    value ^= value >> _THIRTY_THREE
    value *= _MIX_B
    value ^= value >> _THIRTY_THREE
    return value


def places(file: int, offsets: Places) -> Words:
    """Hash the places of lines (`part.place_of`)."""
    return mixed(offsets.view(np.uint64) ^ np.uint64((file << 48) & ((1 << 64) - 1))) >> _ONE
