"""What is seen on standard error while the tool looks: one line that turns, gone when the report is there."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVERY = 0.1
SIGNS = "|/-\\"


@contextmanager
def watching(target: str, *, on: bool) -> Iterator[None]:
    """Show that something is going on for as long as the block runs."""
    if not on:
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_turn, args=(target[:60], done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _turn(target: str, done: threading.Event) -> None:
    from why502.report.visible import visible

    shown = visible(target)
    number = 0
    while not done.wait(EVERY):
        number += 1
        sys.stderr.write(f"\r{SIGNS[number % len(SIGNS)]} looking at {shown} ({number * EVERY:.1f} s)")
        sys.stderr.flush()
