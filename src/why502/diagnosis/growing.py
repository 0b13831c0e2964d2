"""Logs that grow: what is there is counted, then what comes; at any moment it can be told what is known."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from why502.diagnosis.scanning import (
    HEAD,
    LogsOptions,
    LogsOutcome,
    Prepared,
    Readers,
    Recogniser,
    found_of,
    told,
)
from why502.scan.driver import Feed
from why502.scan.engine import Engine, Plain, best
from why502.scan.jobs import Job, Reading
from why502.scan.part import Part
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import Skipped, Source
from why502.vantage.blocks.following import Following, Piece

ENOUGH = 20
"""Lines by which a format is recognised without waiting for more."""


@dataclass
class _Growing:
    """One log: until its format is known its lines are held."""

    number: int
    source: Source
    held: bytes = b""
    reading: Reading | None = None
    feed: Feed | None = None


@dataclass
class _Engines:
    """One engine for each way of reading."""

    all: dict[int, Engine] = field(default_factory=dict)

    def of(self, reading: Reading) -> Engine:
        if id(reading) not in self.all:
            self.all[id(reading)] = best()(reading)
        return self.all[id(reading)]

    def part(self) -> Part:
        """Put together what all have counted, and leave them as they are."""
        whole = Part()
        for each in self.all.values():
            part = each.part(served=False)
            whole.merge(copy.deepcopy(part) if isinstance(each, Plain) else part)
        return whole.settled()


class Growing:
    """Follows logs. `following` yields the pieces; each is handed to `add`."""

    def __init__(self, names: Sequence[str], options: LogsOptions) -> None:
        """Find the logs. Raises `InputError`."""
        self._names, self._options = names, options
        self._started = datetime.now(UTC)
        self._recogniser = Recogniser(options)
        self._engines = _Engines()
        found = found_of(names)
        sources = [each for each in found.sources if not isinstance(each, CompressedSource)]
        left = [each for each in found.sources if isinstance(each, CompressedSource)] if sources else []
        self._skipped = (
            *found.skipped,
            *(Skipped(name=each.name, why="compressed files are not followed") for each in left),
        )
        self._logs = {each.name: _Growing(number, each) for number, each in enumerate(sources or found.sources)}
        self.following = Following([each.source for each in self._logs.values()], from_start=True)

    def add(self, piece: Piece) -> None:
        """Count what came; pieces hold whole lines."""
        log = self._logs[piece.name]
        if log.feed is not None:
            log.feed.more(piece.data)
            return
        log.held += piece.data
        if len(log.held) >= HEAD or log.held.count(b"\n") >= ENOUGH:
            self._recognise(log)

    def _recognise(self, log: _Growing) -> None:
        log.reading = self._recogniser.reading(log.held[:HEAD])
        log.feed = Feed(self._engines.of(log.reading), log.number)
        log.feed.more(log.held)
        log.held = b""

    def outcome(self, *, ended: bool = False) -> LogsOutcome:
        """Tell what is known. What is too little to be recognised is still held, unless it has ended."""
        for log in self._logs.values():
            if log.feed is None and (ended or log.held):
                reading = self._recogniser.reading(log.held[:HEAD])
                if ended or reading.formats:
                    self._recognise(log)
        jobs = tuple(
            Job(number=log.number, source=log.source, reading=log.reading)
            for log in self._logs.values()
            if log.reading is not None
        )
        unknown = tuple(job.source.name for job in jobs if not job.reading.formats)
        ready = Prepared(
            jobs=jobs,
            readers=Readers(),
            skipped=self._skipped,
            unknown=unknown,
            gateways=self._recogniser.gateways,
        )
        troubles = {0: tuple(self.following.troubles)} if jobs else {}
        return told(self._names, self._options, ready, self._started, self._engines.part(), troubles)
