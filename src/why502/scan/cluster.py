"""Run jobs on a Dask cluster: the same spans, engines and parts as `driver.scan`, and the same whole, bit for bit.

What lies where workers can open it (files, objects in a store, URLs) is counted by them; what only this host has
(standard input, pipes, the journal) is counted here meanwhile. Parts are merged on the workers, eight at a time, as
they come. A worker that is lost takes its parts along; Dask has them counted again elsewhere.

Results are unpickled as Dask sends them: who runs the scheduler or a worker can run code here. So other hosts are
reached by TLS only, and no name but `localhost` passes for this one.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from why502.logs.tally import Outcome
from why502.scan.driver import MakeEngine, Scanned, scan
from why502.scan.jobs import Job, Progress
from why502.scan.part import FilePart, Part
from why502.scan.portion import ClusterError, Counted, Portion, Trouble, counted, ended, fastest, merged, portions
from why502.scan.scheduler import PATIENCE, Cluster, checked, connected, in_line, package, silence
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import InputError, Source
from why502.vantage.blocks.plain import PlainSource
from why502.vantage.blocks.remote import ObjectSource
from why502.vantage.blocks.same import Mark, mark

CHUNK = 256 << 20
"""Bytes that one task reads."""

AT_ONCE = 8
"""Parts that one task merges."""

TICK = 0.2
LOOK = 25
"""Seconds between two looks at what ended, and such looks between two at whether there are workers."""


def run(
    jobs: Sequence[Job],
    cluster: Cluster,
    make: MakeEngine = fastest,
    *,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
    served: bool = False,
    chunk: int = CHUNK,
) -> Scanned:
    """Count every line of every job, each once, as `driver.scan` does; raise what an engine raised.

    `make`: a function of a module, for it is sent by its name. `chunk`: bytes that one task reads. When `stop` is set,
    what has not ended is cancelled and what was counted by then is told. Raises `ClusterError` (or another
    `InputError`) where the cluster cannot be used.
    """
    address = checked(cluster.address)
    package()
    stop = stop or threading.Event()
    there, alone = _divided(jobs)
    troubles: dict[int, list[str]] = {}
    marks = _marks(there, troubles)
    work = tuple(portions([job for job in there if job.number in marks], marks, chunk))
    told = _Told(progress, sum(each.size for each in work) + sum(job.source.size or 0 for job in alone))
    result, here = Counted(part=Part()), Scanned(part=Part(), troubles={})
    with silence(), connected(address, cluster) as client:
        tasks = _Tasks(client, address, make, told)
        for each in work:
            tasks.count(each)
        if alone:
            here = scan(alone, make, stop=stop, progress=told.apart(), served=True)
        if work:
            result = tasks.result(stop, served=served or bool(alone))
    for number, lines in _said(result.troubles, work).items():
        troubles.setdefault(number, []).extend(lines)
    return Scanned(
        part=_whole(result.part, here.part, served=served),
        troubles=here.troubles | {number: tuple(lines) for number, lines in troubles.items()},
        stopped=stop.is_set(),
    )


def _whole(part: Part, here: Part, *, served: bool) -> Part:
    """Put both sides together. Only with all cells it is known how many there are, so `served` ones go last."""
    if here.files:
        part.merge(here)
        part = part.settled()
    if not served:
        part.cells = {at: count for at, count in part.cells.items() if at[5] != Outcome.SERVED}
    # Engines have a place for every file with a smaller number than the last one.
    part.files = {number: part.files.get(number, FilePart()) for number in range(max(part.files, default=-1) + 1)}
    return part


def _said(troubles: Sequence[Trouble], work: Sequence[Portion]) -> dict[int, list[str]]:
    """Say what was wrong with each file, each once, and how much of it was not counted and by whom."""
    parts: dict[int, int] = {}
    for piece in (piece for each in work for piece in each.pieces):
        parts[piece.number] = parts.get(piece.number, 0) + 1
    made: dict[int, list[str]] = {}
    refused: dict[tuple[int, str], list[str]] = {}
    for number, _, words, worker in sorted(troubles):
        if worker:
            refused.setdefault((number, words), []).append(worker)
        elif words not in made.setdefault(number, []):
            made[number].append(words)
    for (number, words), workers in refused.items():
        others = len(set(workers)) - 1
        who = workers[0] + (f" and {others} more" if others else "")
        line = f"{words} ({who}; {len(workers)} of {parts[number]} parts of the file are not counted)"
        made.setdefault(number, []).append(line)
    return made


def _divided(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """Tell apart what workers can open and what only this host has."""
    there: list[Job] = []
    alone: list[Job] = []
    for job in jobs:
        source = shared(job.source)
        if source is None:
            alone.append(job)
        else:
            there.append(replace(job, source=source))
    return there, alone


def shared(source: Source) -> Source | None:
    """Return what a worker opens for a source; `None` if only this host can."""
    behind = getattr(source, "behind", None)
    if behind is not None and getattr(source, "begun", None) is None:
        return shared(behind)
    if isinstance(source, PlainSource | CompressedSource) or (isinstance(source, ObjectSource) and not source.connect):
        return source
    return None


def _marks(jobs: Sequence[Job], troubles: dict[int, list[str]]) -> dict[int, Mark | None]:
    made: dict[int, Mark | None] = {}
    for job in jobs:
        try:
            made[job.number] = mark(job.source)
        except InputError as refused:
            troubles[job.number] = [str(refused)]
    return made


class _Told:
    """Adds up how far the cluster and this host are."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._lock = threading.Lock()
        self._done = self._apart = 0

    def add(self, size: int) -> None:
        """Say that a task is done."""
        with self._lock:
            self._done += size
            self._say()

    def apart(self) -> Progress:
        """Return what is to be called with how far this host is."""

        def say(done: int, _: int) -> None:
            with self._lock:
                self._apart = done
                self._say()

        return say

    def _say(self) -> None:
        if self._progress is not None:
            self._progress(self._done + self._apart, self._total)


class _Tasks:
    """The tasks of one run: spans are counted, and what is ready is merged until it is one."""

    def __init__(self, client: Any, address: str, make: MakeEngine, told: _Told) -> None:
        self._client, self._address, self._make, self._told = client, address, make, told
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._counting: dict[str, tuple[Any, int]] = {}
        self._merging: dict[str, Any] = {}
        self._ready: list[Any] = []
        self._idle = self._lonely = 0

    def count(self, portion: Portion) -> None:
        """Have a portion counted."""
        future = self._client.submit(counted, portion, self._make, pure=False)
        self._counting[future.key] = future, portion.size
        future.add_done_callback(self._done.put)

    def _merge(self, *task: Any) -> None:
        future = self._client.submit(*task, pure=False, priority=1)
        self._merging[future.key] = future
        future.add_done_callback(self._done.put)

    def result(self, stop: threading.Event, *, served: bool) -> Counted:
        """Wait for the whole; when told to stop, for the whole of what is ready."""
        while self._counting and not stop.is_set():
            self._next()
            self._merge_some()
        self._client.cancel([future for future, _ in self._counting.values()], force=True)
        self._counting.clear()
        while self._merging or len(self._ready) > AT_ONCE:
            self._merge_some()
            self._next()
        self._merge(ended, self._ready, served)
        whole = next(iter(self._merging.values()))
        self._ready = []
        while self._merging:
            self._next()
        try:
            found: Counted = whole.result()
        except Exception as error:  # noqa: BLE001 - whatever came of the worker that had it
            raise _in_words(error, self._address) from None
        return found

    def _merge_some(self) -> None:
        if len(self._ready) > AT_ONCE:
            taken, self._ready = self._ready[:AT_ONCE], self._ready[AT_ONCE:]
            self._merge(merged, taken)

    def _next(self) -> None:
        """Take in one task that ended, or see after a while that none does."""
        try:
            future = self._done.get(timeout=TICK)
        except Empty:
            self._look()
            return
        self._idle = self._lonely = 0
        if future.key not in self._counting and future.key not in self._merging:
            return
        match future.status:
            case "finished":
                self._ready.append(future)
            case "pending" | "lost":
                # It was lost with its worker since; Dask does it again.
                future.add_done_callback(self._done.put)
                return
            case "error":
                raise _in_words(future.exception(), self._address)
            case _:
                raise ClusterError(f"{self._address}: the scheduler is gone")
        self._merging.pop(future.key, None)
        _, size = self._counting.pop(future.key, (None, 0))
        if size:
            self._told.add(size)

    def _look(self) -> None:
        """See whether there is still anybody to wait for."""
        if self._client.status not in ("running", "connecting"):
            raise ClusterError(f"{self._address}: the scheduler is gone")
        self._idle += 1
        if self._idle % LOOK == 0 and self._client.status == "running":
            self._lonely = 0 if self._client.nthreads() else self._lonely + LOOK
            if self._lonely * TICK >= PATIENCE:
                raise ClusterError(f"{self._address}: no worker is left")


def _in_words(error: BaseException, address: str) -> BaseException:
    """Put in one line what is the cluster's fault; what an engine raised stays as it is."""
    kind = type(error).__name__
    if kind == "KilledWorker":
        return ClusterError(f"{address}: worker after worker died over the same part of the logs")
    if kind in ("FutureCancelledError", "CancelledError", "CommClosedError"):
        return ClusterError(f"{address}: the scheduler is gone")
    if isinstance(error, ImportError | AttributeError) or "deserializ" in str(error):
        return ClusterError(f"{address}: a worker cannot run the why502 of this host ({in_line(error)})")
    return error
