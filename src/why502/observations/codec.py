"""Facts to plain JSON values and back, by their annotations alone; nothing is lost on the way.

A record becomes an object whose key `is` names its class, so that a union of records can be read back. Times keep
their microseconds and zone, bytes become hexadecimal, sets become sorted lists.
"""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
CLASS = "is"
DEEPEST = 64


class UnfitError(ValueError):
    """A plain value that is no such record; the message names the place and what is wrong there."""


def to_plain(value: object) -> Any:
    """Turn a record, or anything that stands in one, into a value that `json.dumps` takes."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case bytes():
            return value.hex()
        case frozenset():
            return sorted((to_plain(each) for each in value), key=json.dumps)
        case tuple():
            return [to_plain(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return _fields(value)


def _fields(value: object) -> dict[str, Any]:
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} has no plain form")
    fields = {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return {CLASS: type(value).__name__, **fields}


def from_plain(kind: type[Record], data: object) -> Record:
    """Read a record of this class from what `to_plain` made of one. Fields that are missing take their defaults."""
    made = _value(kind, data, kind.__name__, 0)
    if not isinstance(made, kind):
        raise UnfitError(f"{kind.__name__}: is something else")
    return made


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, data: object, place: str, depth: int) -> object:
    if depth > DEEPEST:
        raise UnfitError(f"{place}: nested too deep")
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _value(_chosen(inside, data, place), data, place, depth)
    if origin in (tuple, frozenset):
        return _many(origin, inside, data, place, depth)
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, place, depth)
    return _single(kind, data, place)


def _chosen(members: tuple[Any, ...], data: object, place: str) -> Any:
    """Choose the member of a union that the data is: null, the record it names, or the only plain one left."""
    if data is None and NoneType in members:
        return NoneType
    if isinstance(data, dict):
        fitting = [each for each in members if getattr(each, "__name__", "") == data.get(CLASS)]
    else:
        fitting = [each for each in members if each is not NoneType and not dataclasses.is_dataclass(each)]
    if len(fitting) != 1:
        raise UnfitError(f"{place}: is none of what may stand there")
    return fitting[0]


def _many(origin: type, inside: tuple[Any, ...], data: object, place: str, depth: int) -> object:
    if not isinstance(data, list):
        raise UnfitError(f"{place}: is not a list")
    if origin is frozenset or inside[-1] is Ellipsis:
        kinds = (inside[0],) * len(data)
    elif len(inside) == len(data):
        kinds = inside
    else:
        raise UnfitError(f"{place}: has {len(data)} members, not {len(inside)}")
    return origin(_value(kind, each, place, depth + 1) for kind, each in zip(kinds, data, strict=True))


def _record(kind: Any, data: object, place: str, depth: int) -> object:
    if not isinstance(data, dict):
        raise UnfitError(f"{place}: is not an object")
    if data.get(CLASS) != kind.__name__:
        raise UnfitError(f"{place}: is not of class {kind.__name__}")
    hints = _hints(kind)
    given = {
        field.name: _value(hints[field.name], data[field.name], f"{place}.{field.name}", depth + 1)
        for field in dataclasses.fields(kind)
        if field.name in data
    }
    needed = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    if missing := sorted(needed - given.keys()):
        raise UnfitError(f"{place}: lacks {', '.join(missing)}")
    return kind(**given)


def _single(kind: Any, data: object, place: str) -> object:
    try:
        if issubclass(kind, Enum):
            return kind(data)
        if kind is datetime and isinstance(data, str):
            return datetime.fromisoformat(data)
        if kind is bytes and isinstance(data, str):
            return bytes.fromhex(data)
    except ValueError:
        raise UnfitError(f"{place}: is no {kind.__name__}") from None
    if kind is NoneType:
        return None
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise UnfitError(f"{place}: is not of type {kind.__name__}")
    return data
