"""Standard streams that were closed before we began: none of our files or connections may get their numbers."""

import os
import sys
from typing import TextIO, cast

CLOSED = ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY))
"""What stands in for each: reading meets the end, a report cannot be written (and that is told), a message is lost."""


def stand_in() -> None:
    """Let all three standard streams be there."""
    for number, way in CLOSED:
        if not is_open(number):
            os.set_inheritable(os.open(os.devnull, way), True)  # the lowest free number: this one
    # Python has None where a stream was closed.
    if sys.stdin is None:
        sys.stdin = text(0, "r")
    if sys.stdout is None:
        sys.stdout = text(1, "w")
    if sys.stderr is None:
        sys.stderr = text(2, "w")


def text(number: int, mode: str) -> TextIO:
    """Make a text stream of a descriptor, which stays open when the stream ends."""
    return cast("TextIO", open(number, mode, encoding="utf-8", closefd=False))


def is_open(number: int) -> bool:
    """Tell whether a descriptor is open."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
