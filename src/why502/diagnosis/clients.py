"""Failed requests by client, exactly: the lines of failed requests are read a second time, one by one.

A scan keeps no client addresses, only how many different ones there were. Here only lines that hold the digits of a
status that failed are looked at, so that this takes longer than the scan but not much.
"""

from collections.abc import Mapping, Sequence
from threading import Event

from why502.diagnosis.scanning import LogsOptions, Readers, prepare
from why502.logs import reading as lines
from why502.logs.format import Signs
from why502.logs.plan import Kind
from why502.logs.questions import Condition
from why502.logs.reading import LONGEST_WORD, Line
from why502.logs.routes import route
from why502.logs.tally import Cell, Outcome, Tally
from why502.scan.driver import scan
from why502.scan.engine import BLOCK, Block
from why502.scan.jobs import Progress, Reading, in_utc
from why502.scan.part import Part, code
from why502.scan.whole import failure_of
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import InputError, Source
from why502.vantage.blocks.naming import find

MOST = 1 << 20
"""Different rows that are kept; the rest is counted as `OTHERS`."""

OTHERS = "(others)"
NO_CLIENT = "-"

Key = tuple[str, Cell]
"""A client, and where and what its request was; of the cell only what is asked about."""


def failed_by_client(
    names: Sequence[str],
    options: LogsOptions,
    tally: Tally,
    where: Condition,
    *,
    stop: Event | None = None,
    readers: Readers | None = None,
    progress: Progress | None = None,
) -> dict[Key, int]:
    """Count failed requests by client. Raises `InputError` for what can be read only once."""
    for source in find(names).sources:
        if not can_be_read_again(source):
            raise InputError(f"{source.name}: counting by client reads the lines twice; this can be read only once")
    ready = prepare(names, options, readers)
    asked = _Asked(tally, where)
    made: list[_ByClient] = []

    def engine(reading: Reading) -> _ByClient:
        made.append(_ByClient(reading, asked))
        return made[-1]

    scan(ready.jobs, engine, threads=1, stop=stop, progress=progress)
    counts: dict[Key, int] = {}
    for each in made:
        for key, count in each.counts.items():
            counts[key] = counts.get(key, 0) + count
    return counts


def can_be_read_again(source: Source) -> bool:
    """Tell whether a source gives the same lines a second time."""
    return source.seekable or isinstance(source, CompressedSource)


class _Asked:
    """What every engine goes by. `needles`: what a line of a failed request holds."""

    def __init__(self, tally: Tally, where: Condition) -> None:
        statuses = {what.status for _, what in tally.by_minute if what.outcome is Outcome.FAILED}
        self.needles = () if 0 in statuses else tuple(str(each).encode() for each in sorted(statuses))
        self.every = 0 in statuses
        self.where = where
        self._routes = {name for name, _ in tally.by_route}
        self._shapes = [name.split("/") for name in self._routes if "*" in name]
        self._known: dict[str, str] = {}

    def route(self, name: str) -> str:
        """Return the name under which a route was counted (children of crowded parents have collapsed)."""
        if name in self._routes:
            return name
        if name not in self._known:
            parts = name.split("/")
            self._known[name] = next(("/".join(each) for each in self._shapes if _fits(each, parts)), name)
        return self._known[name]


def _fits(shape: Sequence[str], parts: Sequence[str]) -> bool:
    return len(shape) == len(parts) and all(one in ("*", other) for one, other in zip(shape, parts, strict=True))


class _ByClient:
    """An engine (`scan.engine.Engine`) that counts clients of failed requests and nothing else."""

    size = BLOCK

    def __init__(self, reading: Reading, asked: _Asked) -> None:
        self.counts: dict[Key, int] = {}
        self._reading, self._asked = reading, asked
        self._plans = reading.plans

    def block(self, block: Block, file: int, offset: int, *, last: bool) -> int:  # noqa: ARG002
        text = bytes(block)
        end = len(text) if last else text.rfind(b"\n") + 1
        for start in sorted(self._starts(text, end)):
            stop = text.find(b"\n", start, end)
            self._line(text[start : end if stop < 0 else stop])
        return end

    def _starts(self, text: bytes, end: int) -> set[int]:
        if self._asked.every:
            found, at = set(), 0
            while 0 <= at < end:
                found.add(at)
                at = text.find(b"\n", at, end) + 1 or -1
            return found
        starts: set[int] = set()
        for needle in self._asked.needles:
            at = text.find(needle, 0, end)
            while at >= 0:
                starts.add(text.rfind(b"\n", 0, at) + 1)
                at = text.find(b"\n", at, end)
                at = text.find(needle, at, end) if at >= 0 else -1
        return starts

    def _line(self, text: bytes) -> None:
        for number, plan in enumerate(self._plans):
            read = lines.read(plan, text)
            if read is not None:
                if plan.kind is Kind.REQUEST:
                    self._request(number, read)
                return

    def _request(self, number: int, read: Line) -> None:
        at = in_utc(read.at, self._reading.zones) if read.naive else read.at
        if not self._reading.since <= at <= self._reading.until:
            return
        attempt = read.attempts[-1]
        judged = self._reading.judge(
            number,
            Signs(
                status=read.status,
                upstream_status=attempt.status[:LONGEST_WORD],
                words=read.words,
                upstream=bool(attempt.upstream),
            ),
        )
        if not judged.failed:
            return
        name = self._asked.route(_text(route(read.method, read.target)))
        failure = failure_of(code(judged))
        cell = Cell(at // 60, _text(attempt.upstream), name, read.status, failure, Outcome.FAILED)
        if self._asked.where.test(cell):
            key = (_text(read.client) or NO_CLIENT, cell)
            if key not in self.counts and len(self.counts) >= MOST:
                key = (OTHERS, cell)
            self.counts[key] = self.counts.get(key, 0) + 1

    def too_long(self, head: bytes, file: int, offset: int) -> None:
        """Such a line is of no format."""

    def merge(self, other: "_ByClient") -> None:
        """They are added up where they were made."""

    def part(self, *, served: bool) -> Part:  # noqa: ARG002
        return Part()


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def rows(counts: Mapping[Key, int], place: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Add up by `client` and the names of dimensions, in their order."""
    from why502.logs.questions import Dimension, shown

    made: dict[tuple[str, ...], int] = {}
    for (client, cell), count in counts.items():
        key = tuple(client if name == "client" else shown(cell, Dimension(name)) for name in place)
        made[key] = made.get(key, 0) + count
    return made
