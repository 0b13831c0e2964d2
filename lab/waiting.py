"""Waiting for a condition, never for a length of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class NotReadyError(RuntimeError):
    """What a scenario needs did not come about in its time."""


def until(what: str, ask: Callable[[], T | None], seconds: float = 10.0, every: float = 0.02) -> T:
    """Await the first answer of `ask` that is true."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise NotReadyError(f"not within {seconds} s: {what}")
        time.sleep(every)
