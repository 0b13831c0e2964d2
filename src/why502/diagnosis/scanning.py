"""From names of logs to what is known of them: found, recognised, scanned on all cores, incidents told apart.

A file of no known format is scanned too, so that its lines are counted as unparsed and shown.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from threading import Event
from typing import TYPE_CHECKING

from why502.logs import reading as lines
from why502.logs.format import LogFormat
from why502.logs.incidents import Incidents, incidents
from why502.logs.plan import Kind
from why502.logs.recognition import Chosen, chosen, from_directive, known_formats
from why502.logs.tally import Cell, Outcome, Sample, Tally
from why502.observations.frozen import frozen
from why502.scan.driver import scan
from why502.scan.engine import Engine, best, makers
from why502.scan.jobs import FOREVER, Job, Progress, Reading, Zone, zones_of
from why502.scan.part import Part
from why502.scan.whole import cells_of, whole
from why502.vantage.blocks import configurations
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import Found, InputError, RandomReader, Skipped, Source, StreamReader
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.zone import local_zone

if TYPE_CHECKING:
    from why502.scan.scheduler import Cluster

HEAD = 1 << 16
"""Bytes of a file's beginning by which its format is recognised."""

MORE = 1 << 14
"""Bytes of its middle and of its end, where any part of it can be read."""

SAME = ("UTC", "Etc/UTC", "Etc/GMT", "GMT", "Zulu")

MOST_TOLD = 100
"""Incidents whose lines are shown."""

MOST_UNPARSED = 20


LOOKS = re.compile(
    rb"^[ \t]*(?:(?:log_format|LogFormat|(?:error-)?log-format(?:-sd)?|logformat)[ \t]|accesslog\.format)", re.MULTILINE
)
"""How a line begins that defines a log format."""


class FormatError(InputError):
    """The given log format cannot be used."""


@frozen
class LogsOptions:
    """What is asked of logs.

    `log_format`: a product's own directive, tried before what is recognised. `zone`: of times that lack one; `None`:
    this host's. `since`, `until`: seconds since 1970, inclusive; `None`: no bound. `threads`: `None`: one for each
    core. `cells`: also keep what was merely served by minute, upstream, route and status (for tables). `cluster`: where
    to count instead of here. `engine`: by name instead of the fastest (`scan.engine.makers`).
    """

    log_format: str | None = None
    zone: tzinfo | None = None
    since: int | None = None
    until: int | None = None
    threads: int | None = None
    cells: bool = False
    cluster: "Cluster | None" = None
    engine: str | None = None


@frozen
class LogsOutcome:
    """What was found. `requests`, `failed`, `messages`: how many there are.

    `skipped`: inputs that were left out. `unknown`: names of files of no known format. `gateways`: the products whose
    formats were read, the most frequent first. `stopped`: it was ended before its time. `cells`: of the whole if they
    were asked for.
    """

    names: tuple[str, ...]
    started: datetime
    ended: datetime
    tally: Tally
    incidents: Incidents
    requests: int
    failed: int
    messages: int
    gateways: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unknown: tuple[str, ...] = ()
    stopped: bool = False
    privileged: bool = False
    options: LogsOptions = LogsOptions()
    cells: Mapping[Cell, int] | None = None

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return (self.ended - self.started).total_seconds()


@dataclass
class Readers:
    """The streams that are being read, so that one that waits can be told to end."""

    all: list[StreamReader] = field(default_factory=list)

    def stop(self) -> None:
        """Let none of them wait any longer."""
        for each in list(self.all):
            each.stop()


@frozen
class Watched:
    """A stream whose reader can be stopped. `begun`: its reader where it can be opened only once."""

    behind: Source
    readers: Readers
    begun: StreamReader | None = None

    @property
    def name(self) -> str:
        return self.behind.name

    @property
    def size(self) -> int | None:
        return self.behind.size

    @property
    def seekable(self) -> bool:
        return False

    @property
    def mtime(self) -> float | None:
        return self.behind.mtime

    def open(self) -> RandomReader | StreamReader:
        reader = self.begun or self.behind.open()
        if isinstance(reader, StreamReader):
            self.readers.all.append(reader)
        return reader


class Begun(StreamReader):
    """A stream whose first bytes were already read."""

    def __init__(self, raw: StreamReader, head: bytes) -> None:
        super().__init__()
        self._raw, self._head = raw, head
        self.troubles = raw.troubles

    def read(self, most: int) -> bytes:
        if not self._head:
            piece = self._raw.read(most)
            self.troubles = self._raw.troubles
            return piece
        piece, self._head = self._head[:most], self._head[most:]
        return piece

    def stop(self) -> None:
        self._raw.stop()

    def close(self) -> None:
        self._raw.close()
        self.troubles = self._raw.troubles


@frozen
class Prepared:
    """What is to be scanned. `gateways`: the product of each format by its name."""

    jobs: tuple[Job, ...]
    readers: Readers
    skipped: tuple[Skipped, ...]
    unknown: tuple[str, ...]
    gateways: Mapping[str, str]


def prepare(names: Sequence[str], options: LogsOptions, readers: Readers | None = None) -> Prepared:
    """Find what is named and recognise its formats. Raises `InputError` where nothing can be read."""
    found = found_of(names)
    recogniser = Recogniser(options)
    readers = readers or Readers()
    skipped: list[Skipped] = list(found.skipped)
    begun: list[tuple[Source, Source, bytes]] = []
    for source in found.sources:
        try:
            taken, head = _begun(source, readers)
        except InputError as refused:
            skipped.append(Skipped(name=source.name, why=_without(source.name, str(refused)), named=True))
            continue
        if len(found.sources) > 1 and recogniser.learnt(head):
            skipped.append(Skipped(name=source.name, why="a configuration, whose log formats are used"))
            continue
        begun.append((source, taken, head))
    if options.log_format is None and any(source.name.startswith(configurations.LOGS) for source, _, _ in begun):
        recogniser.learn(configurations.usual())
    jobs: list[Job] = []
    unknown: list[str] = []
    for source, taken, head in begun:
        reading = recogniser.reading(head)
        if not reading.formats and head.strip():
            unknown.append(source.name)
        jobs.append(Job(number=len(jobs), source=taken, reading=reading))
    if not jobs:
        raise InputError("; ".join(f"{each.name}: {each.why}" for each in skipped[:3]) or "there is nothing to read")
    return Prepared(
        jobs=alone(jobs),
        readers=readers,
        skipped=tuple(skipped),
        unknown=tuple(unknown),
        gateways=recogniser.gateways,
    )


def alone(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Let no request wait for a partner where no log holds messages."""
    if any(plan.kind is Kind.MESSAGE for job in jobs for plan in job.reading.plans):
        return tuple(jobs)
    new = {id(job.reading): replace(job.reading, partners=False) for job in jobs}
    return tuple(replace(job, reading=new[id(job.reading)]) for job in jobs)


def found_of(names: Sequence[str]) -> Found:
    """Find all names; what cannot be found is left out and said, as long as something can."""
    try:
        return find(names)
    except InputError as refused:
        if len(names) == 1:
            raise
        wrong = str(refused)
    good: list[str] = []
    skipped: list[Skipped] = []
    for name in dict.fromkeys(names):
        try:
            find([name])
            good.append(name)
        except InputError as refused:
            skipped.append(Skipped(name=name, why=_without(name, str(refused)), named=True))
    if not good:
        raise InputError(wrong)
    found = find(good)
    return Found(sources=found.sources, skipped=(*found.skipped, *skipped))


def _without(name: str, words: str) -> str:
    return words.removeprefix(f"{name}: ")


def _begun(source: Source, readers: Readers) -> tuple[Source, bytes]:
    """Read a source's first bytes, and return what it is to be read from."""
    reader = source.open()
    if isinstance(reader, RandomReader):
        with reader:
            return source, _sampled(reader)
    readers.all.append(reader)
    head = _first(reader)
    readers.all.remove(reader)
    if isinstance(source, CompressedSource):
        reader.close()
        return Watched(behind=source, readers=readers), head
    return Watched(behind=source, readers=readers, begun=Begun(reader, head)), head


def _sampled(reader: RandomReader) -> bytes:
    """Read the beginning, and whole lines from the middle and the end: what is written may have changed since."""
    head = _at(reader, 0, HEAD)
    if len(head) < HEAD:
        return head
    made = head[: head.rfind(b"\n") + 1] or head
    for place in (reader.size // 2, reader.size - MORE):
        if place > HEAD:
            _, _, piece = _at(reader, place, MORE).partition(b"\n")
            made += piece[: piece.rfind(b"\n") + 1]
    return made


def _at(reader: RandomReader, offset: int, most: int) -> bytes:
    buffer = bytearray(most)
    return bytes(buffer[: reader.read_into(memoryview(buffer), offset)])


def _first(reader: StreamReader) -> bytes:
    """Read until there are lines enough to tell by; what trickles in is not waited for."""
    head = b""
    while len(head) < HEAD and (piece := reader.read(HEAD - len(head))):
        head += piece
        if head.endswith(b"\n") and len(piece) < HEAD >> 4:
            break
    return head


class Recogniser:
    """Says how files are read; files of the same formats share one reading."""

    def __init__(self, options: LogsOptions) -> None:
        """Raise `FormatError` where the given format cannot be read."""
        self.gateways: dict[str, str] = {}
        self._options = options
        self._zones = zones(options.zone)
        self._known: dict[tuple[object, ...], Reading] = {}
        self._among = known_formats()
        self._given: Chosen | None = None
        if options.log_format is not None:
            try:
                self._given = from_directive(options.log_format, known_formats())
            except ValueError as error:
                raise FormatError(f"--log-format: {error}") from None

    def learnt(self, head: bytes) -> bool:
        """Take the log formats out of what is no log but a configuration; tell whether it is one."""
        if not LOOKS.search(head) or chosen(first_lines(head), known_formats()):
            return False
        return self.learn([head])

    def learn(self, texts: Iterable[bytes]) -> bool:
        """Take the log formats out of configurations; tell whether there are any."""
        from why502.diagnosis.configured import configured

        found = [each for text in texts if LOOKS.search(text) for each in configured(text, known_formats())]
        # A format that somebody chose goes before one that only fits.
        self._among = (*(_fixed(each) for each in found), *self._among)
        return bool(found)

    def reading(self, head: bytes) -> Reading:
        """Choose the formats by a file's first bytes."""
        return self._shared(self._formats(first_lines(head)))

    def _formats(self, head: list[bytes]) -> tuple[Chosen, ...]:
        if self._given is None:
            return chosen(head, self._among)
        plans = self._given[1]
        left = [line for line in head if all(lines.read(plan, line) is None for plan in plans)]
        return (self._given, *chosen(left, self._among))

    def _shared(self, formats: tuple[Chosen, ...]) -> Reading:
        key = tuple((form.name, plans) for form, plans in formats)
        if key not in self._known:
            options = self._options
            self._known[key] = Reading(
                formats=formats,
                zones=self._zones,
                since=-FOREVER if options.since is None else options.since,
                until=FOREVER if options.until is None else options.until,
            )
            self.gateways |= {plan.name: form.gateway for form, plans in formats for plan in plans}
        return self._known[key]


def _fixed(given: Chosen) -> LogFormat:
    form, plans = given
    return replace(form, plans=lambda _: plans, rank=form.rank - 1)


def zones(zone: tzinfo | None) -> tuple[Zone, ...]:
    """List the offsets of a zone."""
    zone = zone or local_zone()
    constant = zone is UTC or getattr(zone, "key", None) in SAME
    return ((-FOREVER, 0),) if constant else zones_of(zone)


def first_lines(head: bytes) -> list[bytes]:
    """Take a head apart; its last line counts only where nothing else is there, or where it is whole."""
    found = [line.removesuffix(b"\r") for line in head.split(b"\n")]
    return found[:-1] if len(found) > 1 and len(head) >= HEAD else found


def maker(name: str | None) -> Callable[[Reading], Engine]:
    """Return how to make an engine; by default the fastest there is. Raises `InputError` where it cannot run here."""
    if name is None:
        return best()
    try:
        return makers()[name]
    except KeyError:
        raise InputError(f"the {name} engine cannot run here") from None


def run(
    names: Sequence[str],
    options: LogsOptions | None = None,
    *,
    stop: Event | None = None,
    readers: Readers | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> LogsOutcome:
    """Read logs from beginning to end and tell what failed.

    When `stop` is set (and `readers.stop()` called), what is known by then is told; `meanwhile` is done while other
    threads count already. Raises `InputError`.
    """
    options = options or LogsOptions()
    started = datetime.now(UTC)
    ready = prepare(names, options, readers)
    if options.cluster is not None:
        from why502.scan.cluster import run as on_cluster

        scanned = on_cluster(ready.jobs, options.cluster, stop=stop, progress=progress, served=options.cells)
    else:
        make = maker(options.engine)
        scanned = scan(
            ready.jobs,
            make,
            threads=options.threads,
            stop=stop,
            progress=progress,
            served=options.cells,
            meanwhile=meanwhile,
        )
    return told(names, options, ready, started, scanned.part, scanned.troubles, stopped=scanned.stopped)


def told(
    names: Sequence[str],
    options: LogsOptions,
    ready: Prepared,
    started: datetime,
    part: Part,
    troubles: dict[int, tuple[str, ...]],
    *,
    stopped: bool = False,
) -> LogsOutcome:
    """Make the outcome of what was counted."""
    tally = whole(part, ready.jobs, troubles)
    found = incidents(tally)
    counts = dict.fromkeys(Outcome, 0)
    for (_, what), count in tally.by_minute.items():
        counts[what.outcome] += count
    if tally.samples or tally.unparsed:
        tally, found = _masked(tally, found)
    return LogsOutcome(
        names=tuple(names),
        started=started,
        ended=datetime.now(UTC),
        tally=tally,
        incidents=found,
        requests=counts[Outcome.SERVED] + counts[Outcome.FAILED],
        failed=counts[Outcome.FAILED],
        messages=counts[Outcome.MESSAGE],
        gateways=_products(tally, ready.gateways),
        skipped=ready.skipped,
        unknown=ready.unknown,
        stopped=stopped,
        privileged=os.geteuid() == 0,
        options=options,
        cells=cells_of(part) if options.cells else None,
    )


def _masked(tally: Tally, found: Incidents) -> tuple[Tally, Incidents]:
    """Take the secrets out of the lines that are shown."""
    from why502.vantage.redaction import Redactor

    redact = Redactor().redact

    def masked(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
        return tuple(replace(each, text=redact(each.text)) for each in samples)

    episodes = tuple(replace(each, samples=masked(each.samples)) for each in found.episodes[:MOST_TOLD])
    kept = replace(tally, samples=(), unparsed=masked(tally.unparsed[:MOST_UNPARSED]))
    return kept, replace(
        found, episodes=(*episodes, *(replace(each, samples=()) for each in found.episodes[MOST_TOLD:]))
    )


def _products(tally: Tally, gateways: Mapping[str, str]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for file in tally.files:
        for name in file.formats:
            product = gateways.get(name, "")
            counts[product] = counts.get(product, 0) + file.lines
    return tuple(name for name in sorted(counts, key=lambda each: -counts[each]) if name)
