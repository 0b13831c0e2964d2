"""Dask's real scheduler and workers, each a process of its own on loopback; and engines that workers load from here."""

import os
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from why502.scan.engine import Plain
from why502.scan.jobs import Reading
from why502.scan.part import Part

ROOT = Path(__file__).parents[2]
DOOMED = "WHY502_TEST_DOOMED"
"""Names a FIFO: the worker with this in its environment says there when it is in the middle, and waits for its end."""


class Scheduler:
    """A scheduler on a free port, and the workers that were started for it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options
        self._processes: list[subprocess.Popen[str]] = []
        self.process = self._started("scheduler", "--port", "0", "--no-dashboard")
        self.address = _awaited(self.process, "Scheduler at:").split()[-1]

    def workers(self, *names: str, **environment: str) -> list[subprocess.Popen[str]]:
        """Start workers and wait until they are registered."""
        made = [self._worker(name, **environment) for name in names]
        for each in made:
            _awaited(each, "Registered to:")
        return made

    def _worker(self, name: str, **environment: str) -> subprocess.Popen[str]:
        return self._started("worker", self.address, "--name", name, "--no-nanny", "--nthreads", "1", "--no-dashboard",
                             "--memory-limit", "0", "--local-directory", str(self.folder / name),
                             **environment)  # fmt: skip

    def _started(self, kind: str, *words: str, **environment: str) -> subprocess.Popen[str]:
        made = subprocess.Popen(
            [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                f"distributed.cli.dask_{kind}",
                *words,
                "--host",
                "127.0.0.1",
                *self._options,
            ],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._processes.append(made)
        return made

    def close(self) -> None:
        for each in reversed(self._processes):
            each.kill()
            each.wait()
            assert each.stderr is not None
            if not each.stderr.closed:
                each.stderr.close()


def _awaited(process: subprocess.Popen[str], words: str) -> str:
    """Read a process's log until it says something; whatever comes later is read over."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            threading.Thread(target=_read_over, args=(process.stderr,), daemon=True).start()
            return line
    raise AssertionError("".join(said))


def _read_over(pipe: Any) -> None:
    try:
        for _ in pipe:
            pass
    except ValueError:  # closed
        pass


@contextmanager
def scheduler(folder: Path, *options: str) -> Iterator[Scheduler]:
    made = Scheduler(folder, *options)
    try:
        yield made
    finally:
        made.close()


# ---- engines, loaded by workers by their names ----

finished = 0
"""Parts that this process has handed out."""


class Waiting(Plain):
    """In the doomed worker: after the first part was handed out, the next one is begun and never ended."""

    def block(self, block: Any, file: int, offset: int, *, last: bool) -> int:
        used = super().block(block, file, offset, last=last)
        if finished and DOOMED in os.environ:
            Path(os.environ[DOOMED]).write_text(f"{os.getpid()}")
            signal.pause() if threading.current_thread() is threading.main_thread() else threading.Event().wait()
        return used

    def part(self, *, served: bool) -> Part:
        global finished  # noqa: PLW0603
        finished += 1
        return super().part(served=served)


def waiting(reading: Reading) -> Waiting:
    return Waiting(reading)


class Broken(Plain):
    def block(self, block: Any, file: int, offset: int, *, last: bool) -> int:
        raise ZeroDivisionError("broken")


def broken(reading: Reading) -> Broken:
    return Broken(reading)


def plain(reading: Reading) -> Plain:
    return Plain(reading)


def busy(dask_worker: Any) -> int:
    """Count the tasks that a worker's threads are at."""
    return len(dask_worker.active_threads)


def only_here() -> Callable[[], str]:
    """Make a function of a module that no other process has."""
    module = types.ModuleType("only_here")

    def version() -> str:
        return "1"

    version.__module__, version.__qualname__ = "only_here", "version"
    module.version = version  # type: ignore[attr-defined]
    sys.modules["only_here"] = module
    return version
