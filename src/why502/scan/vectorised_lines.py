"""Rows of steps over all lines of a block at once: where each value stands, found by NumPy.

One bit for each byte says whether it is the byte that is sought; the next one behind a place is then a shift and a
count of bits, for all lines in one operation. What this cannot decide (a backslash in a quoted value, a doubled quote,
a far header) is left to the reference, `logs.reading`, line by line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from why502.logs.plan import Blanks, Literal, Quote, Role, Seek, Step, Take
from why502.logs.reading import FURTHEST_SEEK

Places = NDArray[np.int64]
Words = NDArray[np.uint64]
Mask = NDArray[np.bool_]

WIDEST = 128
"""Bytes of a value that are compared at once."""

_PAD = 256
_NEWLINE, _RETURN, _BLANK, _BACKSLASH = 0x0A, 0x0D, 0x20, 0x5C
_COMMA = 0x2C
_BARE = b' \t"'
_ROUNDS = 6
_SEEKS = 4
_COLONS = 10
_ONE = np.uint64(1)
_SIXTY_FOUR = np.uint64(64)
_IN_WORD = np.uint64(63)
_WHOLE = np.uint8(64)
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)
_CUTS = np.repeat(_MASKS, [WIDEST + 1, 1, 1, 1, 1, 1, 1, 1, WIDEST])
"""What of a word is left of a value: by the bytes that it has from there on, `WIDEST` added."""


class Room:
    """Memory that blocks use one after the other: to ask for it anew each time would take longer than the work."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.bytes = np.zeros(0, dtype=np.uint8)
        self.mask = np.zeros(0, dtype=np.bool_)
        self.other = np.zeros(0, dtype=np.bool_)

    def of(self, size: int) -> NDArray[np.uint8]:
        """Return room for some bytes and what must stand behind them, rounded up to whole words of bits."""
        whole = (size + _PAD + 63) // 64 * 64
        if whole > len(self.bytes):
            self.raw = bytearray(whole)
            self.bytes = np.frombuffer(self.raw, dtype=np.uint8)
            self.mask = np.zeros(whole, dtype=np.bool_)
            self.other = np.zeros(whole, dtype=np.bool_)
        return self.bytes[:whole]


class Text:
    """The bytes of a block, and where its lines begin and end (a line feed and a return before it are not of them)."""

    def __init__(self, text: bytes | bytearray | memoryview, room: Room, *, last: bool) -> None:
        size = len(text)
        self.bytes = room.of(size)
        self._raw = room.raw
        self._mask, self._other = room.mask[: len(self.bytes)], room.other[: len(self.bytes)]
        if size:
            self.bytes[:size] = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(np.equal(self.bytes[:size], _NEWLINE, out=self._mask[:size]))
        self.used = int(ends[-1]) + 1 if len(ends) else 0
        if last and self.used < size:
            ends = np.append(ends, size)
            self.used = size
        self.bytes[self.used :] = 0
        self.bytes[self.used] = _NEWLINE
        self.starts: Places = np.empty_like(ends)
        if len(ends):
            self.starts[0] = 0
            self.starts[1:] = ends[:-1] + 1
        returns = (self.bytes.take(np.maximum(ends - 1, 0)) == _RETURN) & (ends > self.starts)
        self.ends: Places = ends - returns
        self._stops = ends
        self._bits: dict[tuple[bytes, bool], Words] = {}
        self._positions: dict[tuple[bytes, bool], Places] = {}
        self._present: dict[bytes, bool] = {}
        self.begins: Places = self._begins()

    def _begins(self) -> Places:
        """Find where the content of each line begins: zeros in front of it are read over (`reading.content`)."""
        zeros = np.flatnonzero((self.bytes.take(self.starts) == 0) & (self.ends > self.starts))
        if not len(zeros):
            return self.starts
        found = self.starts.copy()
        found[zeros] = np.minimum(self.next(b"\0", found[zeros], self.ends[zeros], inverted=True), self.ends[zeros])
        return found

    def raw(self, start: int, end: int) -> bytes:
        """Return some bytes."""
        return bytes(self._raw[start:end])

    def line(self, number: int) -> bytes:
        """Return a line up to its line feed, as the reference takes it."""
        return self.raw(int(self.starts[number]), int(self._stops[number]))

    def _packed(self, any_of: bytes, *, inverted: bool) -> Words:
        """Make one bit for each byte."""
        if not inverted and len(any_of) > 1:
            bits = self._bit(any_of[:1]).copy()
            for number in range(1, len(any_of)):
                if self.has(byte := any_of[number : number + 1]):
                    bits |= self._bit(byte)
            return bits
        return np.packbits(self._is(any_of, inverted=inverted), bitorder="little").view("<u8")

    def _bit(self, byte: bytes) -> Words:
        key = (byte, False)
        if key not in self._bits:
            self._bits[key] = self._packed(byte, inverted=False)
        return self._bits[key]

    def _is(self, any_of: bytes, *, inverted: bool) -> Mask:
        found = np.equal(self.bytes, any_of[0], out=self._mask)
        for each in any_of[1:]:
            found |= np.equal(self.bytes, each, out=self._other)
        return np.logical_not(found, out=found) if inverted else found

    def next(self, any_of: bytes, at: Places, end: Places, *, inverted: bool = False) -> Places:
        """Find the next of some bytes (`inverted`: of all others) from each place on; more than `end`: none before."""
        key = (any_of, inverted)
        bits = self._bits.get(key)
        if bits is None:
            bits = self._bits[key] = self._packed(any_of, inverted=inverted)
        found, far = _next(bits, at, end)
        for _ in range(_ROUNDS):
            if not len(far):
                return found
            found[far], further = _next(bits, found[far], end[far])
            far = far[further]
        if len(far):
            found[far] = self._search(key, found[far])
        return found

    def _search(self, key: tuple[bytes, bool], at: Places) -> Places:
        """Find the next by all positions: what is very far away."""
        places = self._positions.get(key)
        if places is None:
            places = np.append(np.flatnonzero(self._is(key[0], inverted=key[1])), len(self.bytes))
            self._positions[key] = places
        return places[np.searchsorted(places, at)]

    def has(self, byte: bytes) -> bool:
        """Tell whether a byte stands anywhere."""
        if byte not in self._present:
            self._present[byte] = self._raw.find(byte, 0, self.used) >= 0
        return self._present[byte]

    def is_at(self, text: bytes, at: Places) -> Mask:
        """Tell where a text stands at its place."""
        found = np.ones(len(at), dtype=np.bool_)
        if len(text) <= 3:  # noqa: PLR2004  (byte by byte it is faster)
            for number, byte in enumerate(text):
                found &= self.bytes.take(at + number if number else at) == byte
            return found
        for begin in range(0, len(text), 8):
            piece = text[begin : begin + 8]
            (column,) = self.words(np.minimum(at + begin, len(self.bytes) - 8) if begin else at, 1)
            column = column if len(piece) == 8 else column & _MASKS[len(piece)]  # noqa: PLR2004
            found &= column == np.uint64(int.from_bytes(piece, "little"))
        return found

    def words(self, at: Places, count: int) -> list[Words]:
        """Return eight bytes each, `count` times, from each place on."""
        size = 8 * count
        view = np.ndarray((len(self.bytes) - size + 1,), dtype=f"V{size}", buffer=self._raw, strides=(1,))
        rows = view[at].view("<u8").reshape(len(at), count)
        return [rows[:, number] for number in range(count)]

    def value(self, at: Places, end: Places, count: int) -> list[Words]:
        """Return the words of values that are no longer than eight times `count`, filled up with zeros."""
        size = end - at
        size += WIDEST
        made = []
        for column in self.words(at, count):
            made.append(column & _CUTS.take(size))
            size -= 8
        return made


def _next(bits: Words, at: Places, end: Places) -> tuple[Places, Places]:
    """Look at the 64 bits from each place on; return the place of the first set one, and which rows must look on."""
    word = at >> 6
    shift = at.view(np.uint64) & _IN_WORD
    seen = bits.take(word, mode="clip")
    seen >>= shift
    np.subtract(_SIXTY_FOUR, shift, out=shift)
    word += 1
    behind = bits.take(word, mode="clip")
    behind <<= shift
    seen |= behind
    np.subtract(seen, _ONE, out=behind)
    np.invert(seen, out=seen)
    seen &= behind
    away = np.bitwise_count(seen)
    far = np.flatnonzero(away == _WHOLE)
    found = at + away
    if len(far):
        far = far[found[far] <= end[far]]
    return found, far


@dataclass
class Span:
    """Where the values of one role stand, for each row."""

    start: Places
    end: Places
    present: bool

    def kept(self, mask: Mask | Places) -> "Span":
        """Return those of some rows."""
        return Span(self.start[mask], self.end[mask], self.present)


Spans = dict[Role, Span]


@dataclass
class Rows:
    """Lines (by their number in the text) that fit a plan so far, and how far."""

    text: Text
    lines: Places
    at: Places
    end: Places
    spans: Spans = field(default_factory=dict)
    unsure: list[Places] = field(default_factory=list)
    """Lines that the reference must read."""

    def keep(self, good: Mask) -> Mask | None:
        """Drop the other rows; return `good`, `None` if it is all of them."""
        if good.all():
            return None
        self.lines, self.at, self.end = self.lines[good], self.at[good], self.end[good]
        self.spans = {role: span.kept(good) for role, span in self.spans.items()}
        return good

    def doubt(self, bad: Mask) -> Mask | None:
        """Leave rows to the reference."""
        if not bad.any():
            return None
        self.unsure.append(self.lines[bad])
        return self.keep(~bad)


def fitting(steps: Sequence[Step], text: Text, lines: Places) -> Rows:
    """Take all steps on some lines: what is left fits."""
    rows = Rows(text, lines, text.begins[lines], text.ends[lines])
    known = b""
    for step in steps:
        if not len(rows.lines):
            return rows
        match step:
            case Literal():
                _literal(rows, step.text, known)
            case Seek():
                _seek(rows, step.text)
            case Blanks():
                end = text.next(b" ", rows.at, rows.end, inverted=True)
                good = rows.keep(end > rows.at)
                rows.at = end if good is None else end[good]
            case Take():
                _take(rows, step)
        known = step.stop if isinstance(step, Take) else b""
    rows.keep(rows.at == rows.end)
    return rows


def _literal(rows: Rows, text: bytes, known: bytes) -> None:
    skip = 1 if known and text.startswith(known) else 0
    if len(text) > skip:
        rows.keep(rows.text.is_at(text[skip:], rows.at + skip if skip else rows.at))
    if len(text) > _PAD // 2 or b"\n" in text or b"\r" in text:
        # Any other text cannot stand where a line ends and the next one begins.
        rows.keep(rows.at + len(text) <= rows.end)
    rows.at = rows.at + len(text)


def _seek(rows: Rows, text: bytes) -> None:
    found = rows.text.next(text[:1], rows.at, rows.end)
    good = rows.text.is_at(text, np.minimum(found, rows.end))
    for _ in range(_SEEKS):
        wrong = np.flatnonzero(~good & (found <= rows.end))
        if not len(wrong):
            break
        found[wrong] = rows.text.next(text[:1], found[wrong] + 1, rows.end[wrong])
        good[wrong] = rows.text.is_at(text, np.minimum(found[wrong], rows.end[wrong]))
    unsure = ~good & (found <= rows.end)
    good &= (found - rows.at <= FURTHEST_SEEK) & (found + len(text) <= rows.end)
    doubted = rows.doubt(unsure)
    if doubted is not None:
        found, good = found[doubted], good[doubted]
    kept = rows.keep(good)
    rows.at = (found if kept is None else found[kept]) + len(text)


def _take(rows: Rows, step: Take) -> None:
    text = rows.text
    if not step.stop:
        end = rows.end
    else:
        end = text.next(step.stop, rows.at, rows.end)
        good = rows.keep(end < rows.end)
        end = end if good is None else end[good]
        unsure = None
        if step.quote is Quote.BACKSLASH and text.has(b"\\"):
            unsure = rows.doubt(text.next(b"\\", rows.at, rows.end) < end)
        elif step.quote is Quote.DOUBLED:
            unsure = rows.doubt(text.bytes.take(end + 1) == step.stop[0])
        elif step.quote is Quote.LISTED:
            behind = (text.bytes.take(np.maximum(end - 1, 0)) == _COMMA) & (end > rows.at)
            unsure = rows.doubt(behind | text.is_at(b":" + step.stop, end + 1))
        end = end if unsure is None else end[unsure]
    if step.bare:
        good = rows.keep(text.next(_BARE, rows.at, end) >= end)
        end = end if good is None else end[good]
    stop = end
    if step.port and not step.present:
        stop, unsure = _without_port(rows, end)
        good = rows.doubt(unsure)
        stop, end = (stop, end) if good is None else (stop[good], end[good])
    if step.role is not Role.NONE:
        rows.spans[step.role] = Span(rows.at, stop, step.present)
    rows.at = end


def _without_port(rows: Rows, end: Places) -> tuple[Places, Mask]:
    """Find the last colon of each value, or its end if there is none; and say which values have very many."""
    text, made = rows.text, end.copy()
    left = np.arange(len(end))
    start = rows.at
    for _ in range(_COLONS):
        found = text.next(b":", start, end[left])
        more = found < end[left]
        left, found = left[more], found[more]
        made[left] = found
        start = found + 1
    unsure = np.zeros(len(end), dtype=np.bool_)
    unsure[left] = True
    return made, unsure
