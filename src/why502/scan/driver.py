"""Run jobs on all cores: files that can be read anywhere in chunks, the others from beginning to end."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from why502.observations.frozen import frozen
from why502.scan.engine import BLOCK, Engine
from why502.scan.jobs import Job, Progress, Reading
from why502.scan.part import Part
from why502.vantage.blocks.contract import InputError, RandomReader, StreamReader

CHUNK = 16 << 20
"""Bytes of a file that one thread takes at a time."""

LONGEST_HELD = 1 << 17
"""A line longer than this is read over; it is unparsed anyway (`reading.LONGEST`)."""

HEAD = 400

MakeEngine = Callable[[Reading], Engine]


@frozen
class Span:
    """Bytes of a job's file: the lines that begin in it. `end` `None`: all there is, from the start."""

    job: Job
    start: int = 0
    end: int | None = None


@frozen
class Scanned:
    """What came out. `troubles`: what was wrong with each file, by its number. `stopped`: it was told to end early."""

    part: Part
    troubles: dict[int, tuple[str, ...]]
    stopped: bool = False


def spans(jobs: Sequence[Job], chunk: int = CHUNK) -> Iterator[Span]:
    """Divide the work: streams first, since they cannot be divided and take longest."""
    for job in jobs:
        if not job.source.seekable or job.source.size is None:
            yield Span(job=job)
    for job in jobs:
        if job.source.seekable and job.source.size is not None:
            for start in range(0, job.source.size, chunk):
                yield Span(job=job, start=start, end=min(start + chunk, job.source.size))


@dataclass
class _Shared:
    work: SimpleQueue[Span]
    make: MakeEngine
    stop: threading.Event
    progress: Progress | None
    total: int
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    troubles: dict[int, list[str]] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)
    readers: dict[int, RandomReader] = field(default_factory=dict)

    def count(self, size: int) -> None:
        """Say how far it is."""
        if self.progress is not None:
            with self.lock:
                self.done += size
                self.progress(self.done, self.total)

    def trouble(self, job: Job, lines: Sequence[str]) -> None:
        """Keep what is wrong with a file, each once."""
        with self.lock:
            known = self.troubles.setdefault(job.number, [])
            known += [line for line in lines if line not in known]


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def scan(  # noqa: PLR0913  (all but two have a default)
    jobs: Sequence[Job],
    make: MakeEngine,
    *,
    threads: int | None = None,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
    served: bool = False,
    chunk: int = CHUNK,
    meanwhile: Callable[[], None] | None = None,
) -> Scanned:
    """Count every line of every job, each once; raise what an engine raised.

    `meanwhile` is done by this thread while the others count already (loading what is needed afterwards, say).
    """
    work: SimpleQueue[Span] = SimpleQueue()
    count = 0
    for each in spans(jobs, chunk):
        work.put(each)
        count += 1
    total = sum(job.source.size or 0 for job in jobs)
    shared = _Shared(work, make, stop or threading.Event(), progress, total)
    made: list[list[Engine]] = []
    workers = [_Worker(shared, made) for _ in range(max(1, min(threads or cores(), count)))]
    for worker in workers[1:]:
        worker.start()
    if meanwhile is not None:
        meanwhile()
    workers[0].run()
    for worker in workers[1:]:
        worker.join()
    for job in jobs:
        if job.number in shared.readers:
            shared.readers[job.number].close()
            shared.trouble(job, shared.readers[job.number].troubles)
    if shared.failures:
        raise shared.failures[0]
    troubles = {number: tuple(lines) for number, lines in shared.troubles.items()}
    return Scanned(part=_whole(made, served=served), troubles=troubles, stopped=shared.stop.is_set())


def count(
    span: Span, engine: Engine, *, stop: threading.Event | None = None, progress: Progress | None = None
) -> tuple[str, ...]:
    """Count the lines of one span in this thread; return what was wrong with its file. Raises `InputError`."""
    shared = _Shared(SimpleQueue(), lambda _: engine, stop or threading.Event(), progress, 0)
    with span.job.source.open() as reader:
        if span.end is None:
            _whole_file(span.job, reader, engine, shared)
        elif isinstance(reader, RandomReader):
            _lines_in(span, span.end, reader, engine, shared)
        else:
            raise InputError(f"{span.job.source.name}: it can no longer be read anywhere")
    return tuple(reader.troubles)


def _whole(made: list[list[Engine]], *, served: bool) -> Part:
    engines = [engine for each in made for engine in each]
    if not engines:
        return Part()
    for other in engines[1:]:
        engines[0].merge(other)
    return engines[0].part(served=served)


class _Worker(threading.Thread):
    """Takes spans until there are none; has one engine for each way of reading."""

    def __init__(self, shared: _Shared, made: list[list[Engine]]) -> None:
        super().__init__(daemon=True)
        self._shared = shared
        self._engines: dict[int, Engine] = {}
        self._made = made

    def run(self) -> None:
        try:
            while not self._shared.stop.is_set():
                self._span(self._shared.work.get_nowait())
        except Empty:
            pass
        except BaseException as error:  # noqa: BLE001  (raised again where the threads meet)
            self._shared.failures.append(error)
            self._shared.stop.set()
        with self._shared.lock:
            self._made.append(list(self._engines.values()))

    def _engine(self, reading: Reading) -> Engine:
        if id(reading) not in self._engines:
            self._engines[id(reading)] = self._shared.make(reading)
        return self._engines[id(reading)]

    def _span(self, span: Span) -> None:
        engine = self._engine(span.job.reading)
        try:
            if span.end is not None:
                _lines_in(span, span.end, self._random(span.job), engine, self._shared)
                return
            with span.job.source.open() as reader:
                _whole_file(span.job, reader, engine, self._shared)
            self._shared.trouble(span.job, reader.troubles)
        except InputError as refused:
            self._shared.trouble(span.job, [str(refused)])

    def _random(self, job: Job) -> RandomReader:
        """Open a file once for all threads."""
        with self._shared.lock:
            reader = self._shared.readers.get(job.number)
            if reader is None:
                opened = job.source.open()
                if not isinstance(opened, RandomReader):
                    opened.close()
                    raise InputError(f"{job.source.name}: it can no longer be read anywhere")
                reader = self._shared.readers[job.number] = opened
            return reader


def _whole_file(job: Job, reader: RandomReader | StreamReader, engine: Engine, shared: _Shared) -> None:
    if isinstance(reader, RandomReader):
        _lines_in(Span(job=job), reader.size, reader, engine, shared)
        return
    feed = Feed(engine, job.number)
    while not shared.stop.is_set():
        piece = reader.read(BLOCK * 4)
        if not piece:
            feed.end()
            return
        feed.more(piece)
        shared.count(len(piece))


class Feed:
    """Hands the pieces of a stream to an engine, and holds back a line until it is whole."""

    def __init__(self, engine: Engine, file: int) -> None:
        self._engine = engine
        self._file = file
        self._held = b""
        self._offset = 0
        self._skips = False  # the rest of a line that is too long

    def more(self, piece: bytes) -> None:
        """Count what has become whole."""
        if self._skips:
            end = piece.find(b"\n")
            if end < 0:
                self._offset += len(piece)
                return
            self._offset += end + 1
            self._skips = False
            piece = piece[end + 1 :]
        text = self._held + piece if self._held else piece
        used = self._engine.block(text, self._file, self._offset, last=False)
        self._offset += used
        self._held = text[used:]
        if len(self._held) > LONGEST_HELD:
            self._engine.too_long(self._held[:HEAD], self._file, self._offset)
            self._skips = True
            self._offset += len(self._held)
            self._held = b""

    def end(self) -> None:
        """Count the last line, though nothing ends it."""
        if self._held:
            self._engine.block(self._held, self._file, self._offset, last=True)
            self._held = b""


def _lines_in(span: Span, end: int, reader: RandomReader, engine: Engine, shared: _Shared) -> None:
    """Count the lines that begin in a span; the last one is read to its end, wherever that is."""
    buffer = bytearray(engine.size)
    view = memoryview(buffer)
    number = span.job.number
    at = span.start
    if at and not _is_line_start(reader, at):
        at = _next_line(reader, view, at)
    have = 0
    while at < end and not shared.stop.is_set():
        got = reader.read_into(view[have:], at + have)
        shared.count(got)
        have += got
        if not have:
            return
        ends = got == 0 or at + have >= reader.size
        limit = _limit(buffer, have, end - at)
        used = engine.block(view[:limit], number, at, last=ends and limit == have)
        if limit < have or used == have:
            at += used
            have = 0
            continue
        if used == 0 and have == len(view):
            at = _over(span.job, reader, view, at, engine)
            have = 0
            continue
        view[: have - used] = view[used:have]
        at += used
        have -= used
        if got == 0:
            return


def _limit(buffer: bytearray, have: int, wanted: int) -> int:
    """Say up to where lines begin before the span's end."""
    if have < wanted:
        return have
    found = buffer.find(b"\n", wanted - 1, have)
    return have if found < 0 else found + 1


def _is_line_start(reader: RandomReader, at: int) -> bool:
    byte = bytearray(1)
    return reader.read_into(memoryview(byte), at - 1) == 1 and byte == b"\n"


def _next_line(reader: RandomReader, view: memoryview, at: int) -> int:
    """Find where the next line begins."""
    while got := reader.read_into(view, at):
        found = bytes(view[:got]).find(b"\n")
        if found >= 0:
            return at + found + 1
        at += got
    return at


def _over(job: Job, reader: RandomReader, view: memoryview, at: int, engine: Engine) -> int:
    """Read over a line that is longer than a block."""
    engine.too_long(bytes(view[:HEAD]), job.number, at)
    return _next_line(reader, view, at)
