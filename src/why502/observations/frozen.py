"""The one shape of a value in why502: frozen, slotted, made by keyword."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[Made]) -> type[Made]:
    """Make a class an immutable record; two records of equal fields are equal.

    Equality, hash and representation are not compiled anew for each of the many classes: that is a third of what
    it takes to load them.
    """
    made = dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)(cls)
    names = [each.name for each in fields(made)]  # type: ignore[arg-type] # what dataclass made
    values: Callable[[Any], Any] = attrgetter(*names) if names else _nothing

    def same(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    def shown(self: object) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({told})"

    for name, method in (("__eq__", same), ("__hash__", hashed), ("__repr__", shown)):
        if name not in vars(cls):
            setattr(made, name, method)
    return made


def _nothing(_: object) -> tuple[()]:
    return ()
