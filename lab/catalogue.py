"""Finding the scenarios: one file each under lab/scenarios/<family>/, nothing to register."""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from lab.stand import Bench
from lab.truth import Scenario

ROOM = Path(__file__).with_name("scenarios")
Build = Callable[[Bench], Scenario]


def names(pattern: str = "*") -> list[str]:
    """`family/name` of every scenario that matches (a shell pattern, or a part of the name)."""
    every = sorted(f"{file.parent.name}/{file.stem}" for file in ROOM.glob("*/*.py") if not file.stem.startswith("_"))
    return [name for name in every if fnmatch.fnmatch(name, pattern) or pattern in name]


def load(name: str) -> Build:
    """Load the `build` of a scenario."""
    module = importlib.import_module("lab.scenarios." + name.replace("/", "."))
    build = getattr(module, "build", None)
    if not callable(build) or not (module.__doc__ or "").strip():
        raise TypeError(f"{module.__file__}: a scenario has a docstring and a build(bench)")
    return cast(Build, build)
