"""The one shape of a value in why502: frozen, slotted, made by keyword."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[Made]) -> type[Made]:
    """Make a class an immutable record; two records of equal fields are equal."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)
