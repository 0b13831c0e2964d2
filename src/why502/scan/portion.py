"""What one task of a cluster is: some spans of files, counted into a part by whichever worker has room for it.

A task is data. Formats go by their names, for their functions are the worker's own; files go by where they lie. Tasks
change nothing and depend on nothing but what they are given, so one that was lost with its worker is run once more
elsewhere and ends in the same part.
"""

import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from why502 import __version__
from why502.logs.plan import Plan
from why502.logs.recognition import known_formats
from why502.logs.tally import Outcome
from why502.observations.frozen import frozen
from why502.scan.driver import MakeEngine, Span, count, spans
from why502.scan.engine import Engine, best
from why502.scan.jobs import Job, Reading
from why502.scan.part import Part
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import InputError, Source
from why502.vantage.blocks.same import Mark, here

MOST_PIECES = 4096
"""Files of a task at most, however small they are."""


class ClusterError(InputError):
    """The cluster cannot be used. The message is one line for the user."""


@frozen
class Sent:
    """A `Reading` whose formats are named. `bare`: the reading without them."""

    formats: tuple[tuple[str, tuple[Plan, ...]], ...]
    bare: Reading


@frozen
class Piece:
    """A span of a file. `reading`: its place among the task's."""

    number: int
    source: Source
    mark: Mark | None
    reading: int
    start: int
    end: int | None


@frozen
class Portion:
    """A task. `version`: of the why502 that made it; `size`: bytes to read, 0 if not known."""

    readings: tuple[Sent, ...]
    pieces: tuple[Piece, ...]
    size: int
    version: str = __version__


Trouble = tuple[int, int, str, str]
"""File, start of the span, what was wrong, and the worker's name if the span was not counted for it (else empty)."""


@frozen
class Counted:
    """What came of tasks. `part` has all cells: only the whole of them shows how many may be kept."""

    part: Part
    troubles: tuple[Trouble, ...] = ()


def sent(reading: Reading) -> Sent:
    """Name the formats of a reading."""
    names = tuple((form.name, plans) for form, plans in reading.formats)
    return Sent(formats=names, bare=replace(reading, formats=()))


def rebuilt(given: Sent) -> Reading:
    """Find the formats by their names."""
    known = {form.name: form for form in known_formats()}
    try:
        formats = tuple((known[name], plans) for name, plans in given.formats)
    except KeyError as missing:
        raise ClusterError(f"the format {missing} is not known to a worker") from None
    return replace(given.bare, formats=formats)


def portions(jobs: Sequence[Job], marks: dict[int, Mark | None], size: int) -> Iterator[Portion]:
    """Divide jobs into tasks of about `size` bytes: parts of large files, several small files together."""
    gathered: list[Span] = []
    room = size
    for span in spans(jobs, size):
        weight = weight_of(span)
        if gathered and (weight > room or len(gathered) == MOST_PIECES):
            yield _portion(gathered, marks)
            gathered, room = [], size
        gathered.append(span)
        room -= weight or size
    if gathered:
        yield _portion(gathered, marks)


def weight_of(span: Span) -> int:
    """Say how many bytes are read for a span, 0 if that is not known."""
    if span.end is not None:
        return span.end - span.start
    return span.job.source.packed if isinstance(span.job.source, CompressedSource) else span.job.source.size or 0


def _portion(gathered: Sequence[Span], marks: dict[int, Mark | None]) -> Portion:
    readings = {id(span.job.reading): span.job.reading for span in gathered}
    places = {each: place for place, each in enumerate(readings)}
    return Portion(
        readings=tuple(sent(each) for each in readings.values()),
        pieces=tuple(
            Piece(
                number=span.job.number,
                source=span.job.source,
                mark=marks.get(span.job.number),
                reading=places[id(span.job.reading)],
                start=span.start,
                end=span.end,
            )
            for span in gathered
        ),
        size=sum(weight_of(span) for span in gathered),
    )


# ---- what runs on a worker ----


def version() -> str:
    """Say which why502 this is."""
    return __version__


def fastest(reading: Reading) -> Engine:
    """Make the fastest engine there is here."""
    return best()(reading)


def counted(portion: Portion, make: MakeEngine) -> Counted:
    """Count the lines of a task's spans, each once."""
    if portion.version != __version__:
        raise ClusterError(f"{worker_name()} has why502 {__version__}, this is {portion.version}")
    engines: dict[int, Engine] = {}
    readings = [rebuilt(each) for each in portion.readings]
    troubles: list[Trouble] = []
    stop = threading.Event()
    is_cancelled = _cancelled()

    def go_on(_: int, __: int) -> None:
        if is_cancelled():
            stop.set()

    for piece in portion.pieces:
        if piece.reading not in engines:
            engines[piece.reading] = make(readings[piece.reading])
        try:
            job = Job(number=piece.number, source=here(piece.source, piece.mark), reading=readings[piece.reading])
            span = Span(job=job, start=piece.start, end=piece.end)
            found = count(span, engines[piece.reading], stop=stop, progress=go_on)
            troubles += [(piece.number, piece.start, each, "") for each in found]
        except InputError as refused:
            troubles.append((piece.number, piece.start, str(refused), worker_name()))
    first, *others = engines.values()
    for other in others:
        first.merge(other)
    part = first.part(served=True)
    own = {piece.number for piece in portion.pieces}
    # An engine has a place for every file with a smaller number; they would be sent for nothing.
    part.files = {number: lines for number, lines in part.files.items() if number in own and lines.lines}
    return Counted(part=part, troubles=tuple(troubles))


def merged(some: Sequence[Counted]) -> Counted:
    """Merge what came of tasks; what is given stays as it is, for others may be merged from it again."""
    part = Part()
    for each in some:
        part.merge(each.part)
    return Counted(part=part.settled(), troubles=tuple(trouble for each in some for trouble in each.troubles))


def ended(some: Sequence[Counted], served: bool) -> Counted:
    """Merge the last ones and leave out what is not wanted."""
    whole = merged(some)
    if not served:
        whole.part.cells = {at: each for at, each in whole.part.cells.items() if at[5] != Outcome.SERVED}
    return whole


def worker_name() -> str:
    """Name the worker that this runs on, or the host."""
    try:
        from distributed import get_worker

        return f"worker {get_worker().address}"
    except (ImportError, ValueError):
        return f"host {platform.node()}"


def _cancelled() -> Callable[[], bool]:
    """Return how this task can ask whether anybody still wants it: Dask lets what has begun run to its end."""
    try:
        from distributed import get_worker

        worker = get_worker()
        key = worker.get_current_task()
        tasks = worker.state.tasks
    except (ImportError, ValueError, AttributeError, KeyError):
        return lambda: False

    def is_cancelled() -> bool:
        task = tasks.get(key)
        return task is None or task.state == "cancelled"

    return is_cancelled
