"""Read ahead in a thread, so that decompressing (or the network) and scanning overlap; a few pieces ahead, no more."""

import queue
import threading
import time
from contextlib import suppress

from why502.vantage.blocks.contract import StreamReader
from why502.vantage.blocks.opening import said

BLOCKS = 12
"""Pieces that wait to be taken, at most."""

PIECE = 1 << 18
"""Bytes of a piece, at most. Larger ones cost more: their memory is asked for anew each time."""

GRACE = 2.0
"""Seconds that closing waits for a reader that waits itself, for a network say; later it is closed by its thread."""


class Ahead(StreamReader):
    """Reads from another reader in its own thread. Decompressors give the interpreter's lock free while they work."""

    def __init__(self, behind: StreamReader, piece: int = PIECE) -> None:
        super().__init__()
        self._behind, self._piece = behind, piece
        self._ready: queue.Queue[bytes] = queue.Queue(BLOCKS)
        self._stopped = threading.Event()
        self._left, self._at = b"", 0
        self._over = False
        self._thread = threading.Thread(target=self._work, name="why502-ahead", daemon=True)
        self._thread.start()

    def read(self, most: int) -> bytes:
        if self._at >= len(self._left) and not self._over:
            self._left, self._at = self._ready.get(), 0
            self._over = not self._left
            if self._over:
                self.troubles = self._behind.troubles
        # A piece that is taken whole is not copied.
        piece = self._left[self._at : self._at + most] if self._at or most < len(self._left) else self._left
        self._at += len(piece)
        return piece

    def stop(self) -> None:
        self._stopped.set()
        self._behind.stop()

    def close(self) -> None:
        self.stop()
        ends = time.monotonic() + GRACE
        while self._thread.is_alive() and time.monotonic() < ends:
            # The thread may be waiting for room.
            with suppress(queue.Empty):
                self._ready.get(timeout=0.01)
        self._left, self._over = b"", True
        self.troubles = self._behind.troubles

    def _work(self) -> None:
        try:
            while not self._stopped.is_set() and (piece := self._behind.read(self._piece)):
                self._ready.put(piece)
        except Exception as error:  # noqa: BLE001 - whatever a foreign reader raises is a trouble, never a hang
            words = said(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            self._behind.troubles.append(" ".join(words.split())[:200])
        finally:
            # Before the end is handed on, for closing may say what was wrong.
            try:
                self._behind.close()
            finally:
                with suppress(queue.Full):
                    self._ready.put(b"", block=not self._stopped.is_set())
