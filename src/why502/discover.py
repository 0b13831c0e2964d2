"""Find the things a room holds: every module of a package, and the objects of a kind that were made in it."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import TypeVar

Thing = TypeVar("Thing")


def shelf(room: ModuleType, kind: type[Thing]) -> Iterator[Thing]:
    """Yield each module's own `kind` objects (those whose `home` is that module), in the order of the names."""
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        module = importlib.import_module(found.name)
        for thing in vars(module).values():
            if isinstance(thing, kind) and getattr(thing, "home", None) == found.name:
                yield thing
