"""One way to write a value down, whatever order its sets and mappings came in; equal values give equal digests."""

import dataclasses
import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any


def digest(value: object) -> str:
    return hashlib.sha256(written(value)).hexdigest()


def written(value: Any) -> bytes:
    """Every value with its kind and size, so that no two different ones are written alike."""
    match value:
        case Enum():
            return _framed(b"e", f"{type(value).__name__}.{value.name}".encode())
        case None | bool() | int():
            return _framed(b"i", repr(value).encode())
        case str():
            return _framed(b"s", value.encode())
        case bytes():
            return _framed(b"b", value)
        case Mapping():
            return _framed(b"m", b"".join(sorted(written(key) + written(each) for key, each in value.items())))
        case set() | frozenset():
            return _framed(b"u", b"".join(sorted(map(written, value))))
        case tuple() | list():
            return _framed(b"l", b"".join(map(written, value)))
    if not dataclasses.is_dataclass(value):
        raise TypeError(type(value))
    fields = [
        written(each.name) + written(_field(value, each.name)) for each in dataclasses.fields(value) if each.compare
    ]
    return _framed(b"d", type(value).__name__.encode() + b"".join(fields))


def _field(value: Any, name: str) -> object:
    found = getattr(value, name)
    # Lines wait in any order (`scan.part.Waiting`), and may wait twice.
    return sorted(map(written, found)) if (type(value).__name__, name) == ("Waiting", "lines") else found


def _framed(kind: bytes, text: bytes) -> bytes:
    return kind + str(len(text)).encode() + b":" + text
