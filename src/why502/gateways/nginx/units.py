"""Times, sizes and flags in nginx's units."""

import re

_TIME = re.compile(r"(\d{1,18})(ms|[yMwdhms])?")
_SIZE = re.compile(r"(\d{1,18})([kKmMgG]?)\Z")
_SCALES = (("y", 31_536_000.0), ("M", 2_592_000.0), ("w", 604_800.0), ("d", 86_400.0), ("h", 3600.0), ("m", 60.0))
_STEPS = {unit: (place, scale) for place, (unit, scale) in enumerate((*_SCALES, ("s", 1.0), ("ms", 0.001), ("", 1.0)))}


def seconds(text: str, fine: bool = True) -> float | None:
    """Read a time, as `90`, `1m30s`; units from large to small. `fine`: milliseconds may stand, years may not.

    >>> seconds("1m30s"), seconds("500ms"), seconds("30s1h"), seconds("10")
    (90.0, 0.5, None, 10.0)
    """
    total, at, place = 0.0, 0, -1
    while at < len(text):
        found = _TIME.match(text, at)
        if found is None:
            return None
        step, scale = _STEPS[found[2] or ""]
        if step <= place or (found[2] == ("y" if fine else "ms")):
            return None
        total, place, at = total + int(found[1]) * scale, step, found.end()
        while text[at : at + 1] == " ":
            at += 1
    return total if place >= 0 else None


def size(text: str, giga: bool = False) -> int | None:
    """Read a size in bytes, as `8k`, `1m`; `g` only where nginx takes an offset.

    >>> size("8k"), size("1m"), size("1g"), size("1g", giga=True)
    (8192, 1048576, None, 1073741824)
    """
    found = _SIZE.match(text)
    if found is None or (found[2] in ("g", "G") and not giga):
        return None
    return int(found[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[found[2].lower()]


def number(text: str) -> int | None:
    """Read a whole number that is not negative."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("9" * 19) else None
