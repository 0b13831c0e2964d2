"""Ctrl-C, and a request to end: looking ends at once, and what is known by then is told."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Set by the first signal; `number` says by which, 0 while there was none."""

    def __init__(self) -> None:
        """Begin unset."""
        self.event = asyncio.Event()
        self.number = 0

    def ask(self, number: int) -> None:
        """Stop; who asks twice does not want to wait for what is known either."""
        if self.number:
            raise KeyboardInterrupt
        self.number = number
        self.event.set()


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Take the signals while the block runs (in the running loop, of the main thread)."""
    loop, stop = asyncio.get_running_loop(), Stop()
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        loop.add_signal_handler(number, stop.ask, number)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
