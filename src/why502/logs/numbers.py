"""Numbers of log lines, times in fixed logarithmic buckets, and the one hash that every engine shares."""

import re

WHOLE = (1 << 64) - 1
BUCKETS = 544
LONGEST_TIME = (1 << 36) - 1
"""Microseconds (19 hours); longer ones count as this."""

ERROR = 1 / 32
"""The greatest relative error of a time told by its bucket: 16 buckets for each doubling, the middle is told."""

_TIME = re.compile(rb"(\d{1,18})(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?(ns|us|\xc2\xb5s|\xce\xbcs|ms|s)?")
_UNITS = {b"s": 0, b"ms": 1, b"us": 2, b"\xc2\xb5s": 2, b"\xce\xbcs": 2, b"ns": 3}
_STATUS = re.compile(rb"[1-9]\d\d")
_MOST_DIGITS = 18


def status(raw: bytes) -> int | None:
    """Read an HTTP status; 0 for `-`, nothing, `0`, `000`, `-1`, `null`; `None`: something else."""
    if _STATUS.fullmatch(raw):
        return int(raw)
    return 0 if raw in (b"", b"-", b"0", b"000", b"-1", b"null") else None


def microseconds(raw: bytes, unit: int) -> int | None:
    """Read a duration (`plan.Unit` for a bare number), rounded down; `None`: unknown, negative or not a number."""
    found = _TIME.fullmatch(raw)
    if found is None:
        return None
    whole, fraction = found[1], (found[2] or b"")[:9]
    if len(whole) + len(fraction) > _MOST_DIGITS:
        fraction = fraction[: _MOST_DIGITS - len(whole)]
    shift = 6 - len(fraction) + int(found[3] or b"0") - 3 * (_UNITS[found[4]] if found[4] else unit)
    value = int(whole + fraction)
    moved: int = value * 10 ** min(shift, 18) if shift >= 0 else value // 10 ** min(-shift, 30)
    return min(moved, LONGEST_TIME)


def bucket(value: int) -> int:
    """Return the bucket of a duration in microseconds, 0 to `BUCKETS` - 1."""
    above = max(value.bit_length() - 5, 0)
    return 16 * above + (value >> above)


def middle(number: int) -> float:
    """Return the seconds in the middle of a bucket."""
    if number < 32:  # noqa: PLR2004  (a bucket of one microsecond each)
        return number / 1e6
    above = number // 16 - 1
    return ((number - 16 * above) + 0.5) * (1 << above) / 1e6


def hash64(text: bytes) -> int:
    """Return 64 well mixed bits of a text (multiply and fold eight bytes at a time, then Murmur3's final mix)."""
    value = (len(text) * 0x9E3779B97F4A7C15) & WHOLE
    for at in range(0, len(text), 8):
        value ^= int.from_bytes(text[at : at + 8], "little")
        value = (value * 0x9FB21C651E98DF25) & WHOLE
        value ^= value >> 32
    return mixed(value)


def mixed(value: int) -> int:
    """Mix 64 bits so that each depends on all."""
    value ^= value >> 33
    value = (value * 0xFF51AFD7ED558CCD) & WHOLE
    value ^= value >> 33
    value = (value * 0xC4CEB9FE1A85EC53) & WHOLE
    return value ^ (value >> 33)
