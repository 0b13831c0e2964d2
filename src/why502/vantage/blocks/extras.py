"""Packages that only some inputs need: loaded when such an input is met, and the command that installs them if not."""

import importlib
import sys
from types import ModuleType

from why502.vantage.blocks.contract import MissingPackageError


def missing(distribution: str, what: str) -> MissingPackageError:
    """Make the error that says how to install what an input needs; `what` names the input."""
    command = f"{sys.executable or 'python3'} -m pip install '{distribution}'"
    return MissingPackageError(f"{what} needs a package that is not installed: {command}")


def first_package(*modules: str) -> ModuleType | None:
    """Load the first of these modules that is installed."""
    for module in modules:
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    return None
