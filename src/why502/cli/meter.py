"""How far a scan is, on standard error: one line that is written over, gone when the report is there."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from why502.cli.progress import columns

EVERY = 0.2
PATIENCE = 0.5
"""Seconds before anything is shown."""


class Meter:
    """Takes the bytes that were read; writes now and then."""

    def __init__(self, clock: float) -> None:
        """Begin now."""
        self.start = self.last = clock
        self.shown = False

    def __call__(self, done: int, total: int) -> None:
        """Take how far it is (`total` 0: not known)."""
        now = time.monotonic()
        if now - self.last >= EVERY and now - self.start >= PATIENCE:
            self.last = now
            self.shown = True
            sys.stderr.write(f"\r\x1b[K{line(done, total, now - self.start)[: columns() - 1]}")
            sys.stderr.flush()


def line(done: int, total: int, seconds: float) -> str:
    """Return how much was read, how fast, and when it may be done."""
    speed = done / seconds if seconds else 0.0
    told = f"{size(done)}, {size(speed)}/s"
    if not total or done > total:
        return told
    left = f", {(total - done) / speed:.0f} s left" if speed else ""
    return f"{100 * done / total:3.0f} % of {size(total)}, {size(speed)}/s{left}"


def size(count: float) -> str:
    """Return bytes as a person says them."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:  # noqa: PLR2004
            return f"{count:.0f} {unit}" if unit in ("B", "kB") else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


@contextmanager
def metering(*, on: bool) -> Iterator[Meter | None]:
    """Show how far it is for as long as the block runs."""
    if not on:
        yield None
        return
    meter = Meter(time.monotonic())
    try:
        yield meter
    finally:
        if meter.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
