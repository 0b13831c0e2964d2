"""What is seen on standard error while the tool looks: one line that turns, gone when the report is there."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVERY = 0.1
SIGNS = "|/-\\"


def can_turn() -> bool:
    """Tell whether standard error is a terminal on which a line can be taken back."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def watching(target: str, *, on: bool) -> Iterator[None]:
    """Show that something is going on for as long as the block runs."""
    if not on:
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_turn, args=(target, done), daemon=True)
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
        sys.stderr.write(f"\r{frame(shown, number, columns())}")
        sys.stderr.flush()


def frame(shown: str, number: int, wide: int) -> str:
    """Return the line after so many turns, shorter than the terminal is wide: what wraps cannot be taken back."""
    from why502.report.layout import cut

    before, after = f"{SIGNS[number % len(SIGNS)]} looking at ", f" ({number * EVERY:.1f} s)"
    return cut(before + cut(shown, max(wide - 1 - len(before + after), 1), "...") + after, wide - 1, "")


def columns() -> int:
    """Return the width of the terminal that standard error is, 80 where that cannot be told."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
