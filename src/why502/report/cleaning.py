"""Go through every text of a report; pure. What is not text, and what is of a closed set, stays as it is."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from why502.report.model import Report

Value = TypeVar("Value")


def cleaned(report: Report, clean: Callable[[str], str]) -> Report:
    """Return the report with each of its texts cleaned."""
    return _cleaned(report, clean)


def _cleaned(value: Value, clean: Callable[[str], str]) -> Value:
    made: Any = value
    if isinstance(value, str):
        made = clean(value)
    elif isinstance(value, tuple):
        made = tuple(_cleaned(each, clean) for each in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        before = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        after = {name: _cleaned(each, clean) for name, each in before.items()}
        changed = {name: each for name, each in after.items() if each != before[name]}
        made = dataclasses.replace(value, **changed) if changed else value
    return made  # type: ignore[no-any-return] # what goes in comes out
