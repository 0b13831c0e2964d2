"""Threads for what can hang: they are left behind when they do, and never hold up the end of the program.

(The threads of `asyncio.to_thread` are few, and the interpreter waits for each of them before it ends: one dead file
server would be enough to keep it for ever.)
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
THREADS = 64
"""Most threads; when so many hang, more work waits for one of them, until its own time is up."""

_Job = Callable[[], None]


class Aside:
    """Daemon threads that are made when all others are busy."""

    def __init__(self, most: int = THREADS) -> None:
        """Start with none."""
        self._most = most
        self._threads = 0
        self._unfinished = 0
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()

    async def run(self, do: Callable[[], T], dispose: Callable[[T], None] | None = None) -> T:
        """Return what `do` returns, or raise its exception; a result that nobody waits for any more is disposed of."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            if future.cancelled():
                return
            result: Any = None
            error: BaseException | None = None
            try:
                result = do()
            except Exception as raised:  # noqa: BLE001 - carried over to the one who waits
                error = raised
            try:
                loop.call_soon_threadsafe(_settle, future, result, error, dispose)
            except RuntimeError:
                # The loop has ended, and with it everybody who waited.
                if error is None and dispose is not None:
                    dispose(result)

        self._put(job)
        return await future

    def _put(self, job: _Job) -> None:
        with self._lock:
            self._unfinished += 1
            if self._threads < min(self._unfinished, self._most):
                self._threads += 1
                threading.Thread(target=self._work, name="why502-aside", daemon=True).start()
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            self._jobs.get()()
            with self._lock:
                self._unfinished -= 1


def _settle(
    future: "asyncio.Future[T]", result: T, error: BaseException | None, dispose: Callable[[T], None] | None
) -> None:
    if future.cancelled():
        if error is None and dispose is not None:
            dispose(result)
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


ASIDE = Aside()
