"""A pipe or another thing that bytes come out of: standard input, a FIFO, a program's output."""

import os
import select

from why502.vantage.blocks.contract import StreamReader
from why502.vantage.blocks.opening import said

WAIT = 200
"""Milliseconds after which a waiting reader looks whether it was closed."""


class PipeReader(StreamReader):
    """Reads from a descriptor, which it owns."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self.name, self.stopped = name, False
        self._number, self._over = number, False
        self._ready = select.poll()
        # A FIFO that nobody has opened to write yet is not at its end: poll waits, read would not.
        self._ready.register(number, select.POLLIN)

    def read(self, most: int) -> bytes:
        while not self._over:
            piece = self.now(most, WAIT)
            if piece:
                return piece
        return b""

    def now(self, most: int, wait: int = 0) -> bytes:
        """Return what is there, waiting `wait` milliseconds at most; empty if nothing is."""
        try:
            if self._over or not self._ready.poll(wait):
                return b""
            piece = os.read(self._number, most)
        except BlockingIOError:
            return b""
        except OSError as error:
            self.troubles.append(f"{self.name}: {said(error)}; the rest is not read")
            piece = b""
        if not piece:
            self._over = True
        return piece

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self._over

    def stop(self) -> None:
        self.stopped = self._over = True

    def close(self) -> None:
        self._over = True
        if self._number >= 0:
            number, self._number = self._number, -1
            os.close(number)
