"""Ctrl-C, and a request to end, where no event loop runs: reading ends at once, and what is known is told."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """Set by the first signal; `number` says by which, 0 while there was none."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """Begin unset; `wake` is called once, to end whatever waits."""
        self.event = Event()
        self.number = 0
        self._wake = wake

    def ask(self, number: int, _: FrameType | None = None) -> None:
        """End; who asks twice does not want to wait for what is known either."""
        if self.number:
            raise KeyboardInterrupt
        self.number = number
        self.event.set()
        self._wake()


@contextmanager
def ended_by_signals(wake: Callable[[], None]) -> Iterator[Ending]:
    """Take the signals while the block runs (in the main thread)."""
    ending = Ending(wake)
    before = {number: signal.signal(number, ending.ask) for number in ENDING}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
