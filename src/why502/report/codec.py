"""Between the records of a report and plain JSON values, by their annotations alone."""

import dataclasses
import math
import types
from collections.abc import Hashable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from why502.report.parts import Cause, Certainty

Record = TypeVar("Record")
PLACES = 4


class NotAReportError(ValueError):
    """A JSON value that is no report; the message names the place and what is wrong there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key of a JSON object: the attribute it comes from, its type, whether null may stand there."""

    name: str
    attribute: str
    type: Any
    nullable: bool
    about: str


def keys_of(record: type) -> tuple[Key, ...]:
    """Return the keys of a record in the order of the JSON; `for_` is written `for`."""
    return _keys_of(cast("Hashable", record))


@cache
def _keys_of(record: Any) -> tuple[Key, ...]:
    hints = get_type_hints(record, include_extras=True)
    return tuple(_key(field.name, hints[field.name]) for field in dataclasses.fields(record))


def _key(attribute: str, hint: Any) -> Key:
    about = ""
    if get_origin(hint) is Annotated:
        hint, about = get_args(hint)[:2]
    nullable = False
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (each for each in get_args(hint) if each is not types.NoneType)
        nullable = True
    return Key(attribute.rstrip("_"), attribute, hint, nullable, about)


def utc(at: datetime) -> str:
    """Write a time as ISO 8601 in UTC with milliseconds; one without zone is taken as UTC."""
    aware = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def encode(value: object) -> Any:
    """Turn a record, or what stands in one, into a plain JSON value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, float):
        return round(value, PLACES)
    if isinstance(value, str):
        # A lone surrogate (an undecodable byte) is no text that JSON can carry to every reader.
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    if isinstance(value, Mapping):
        return {encode(name): encode(each) for name, each in value.items()}
    if dataclasses.is_dataclass(value):
        return dict(_pairs(value))
    return value


def _pairs(record: object) -> Iterator[tuple[str, Any]]:
    for key in keys_of(type(record)):
        value = getattr(record, key.attribute)
        if isinstance(value, Cause):
            yield key.name, encode(value.id)
            yield "certainty", encode(value.certainty)
        else:
            yield key.name, encode(value)


def decode(record: type[Record], value: object, place: str = "report") -> Record:
    """Read a record from a JSON object. Unknown keys are passed over, so that an older program reads a newer report."""
    if not isinstance(value, dict):
        raise NotAReportError(f"{place} is not an object")
    return record(**{key.attribute: _member(key, value, place) for key in keys_of(record)})


def _member(key: Key, holder: dict[str, object], place: str) -> object:
    inner = f"{place}.{key.name}"
    if key.name not in holder:
        raise NotAReportError(f"{inner} is missing")
    value = holder[key.name]
    if key.type is Cause:
        certainty = _value(Certainty, holder.get("certainty"), f"{place}.certainty")
        return Cause(id=_value(str, value, inner), certainty=certainty)
    if value is None and key.nullable:
        return None
    return _value(key.type, value, inner)


def _value(kind: Any, value: object, place: str) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise NotAReportError(f"{place} is not a list")
        return tuple(_value(get_args(kind)[0], each, f"{place}[{index}]") for index, each in enumerate(value))
    if get_origin(kind) is Mapping:
        if not isinstance(value, dict):
            raise NotAReportError(f"{place} is not an object")
        return {name: _value(get_args(kind)[1], each, f"{place}.{name}") for name, each in value.items()}
    if dataclasses.is_dataclass(kind):
        return decode(kind, value, place)  # type: ignore[arg-type]
    return _scalar(kind, value, place)


def _scalar(kind: type, value: object, place: str) -> object:
    if issubclass(kind, Enum):
        named = [member for member in kind if member.value == value]
        if not named:
            raise NotAReportError(f"{place} is none of {', '.join(str(member.value) for member in kind)}")
        return named[0]
    if kind is datetime:
        return _time(value, place)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or _endless(value):
        raise NotAReportError(f"{place} is not of type {kind.__name__}")
    return value


def _endless(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _time(value: object, place: str) -> datetime:
    if not isinstance(value, str):
        raise NotAReportError(f"{place} is not a time")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise NotAReportError(f"{place} is not a time") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
