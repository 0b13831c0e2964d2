"""why502 proves why a site answers 502 Bad Gateway."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from why502.api import (
        InputError,
        LogsReport,
        Options,
        Report,
        TargetError,
        adiagnose,
        areplay,
        diagnose,
        replay,
        scan_logs,
    )

__version__ = "0.1.0"
__all__ = [
    "InputError",
    "LogsReport",
    "Options",
    "Report",
    "TargetError",
    "__version__",
    "adiagnose",
    "areplay",
    "diagnose",
    "replay",
    "scan_logs",
]


def __getattr__(name: str) -> Any:
    """Load the library only when it is used: the command line must start at once."""
    if name in __all__:
        return getattr(importlib.import_module("why502.api"), name)
    raise AttributeError(f"module 'why502' has no attribute {name!r}")
