"""However the work is divided, every line is counted once: any chunk, any block, any number of threads."""

import bz2
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from why502.logs.formats import nginx_combined
from why502.logs.reading import LONGEST
from why502.scan import driver
from why502.scan import engine as engines
from why502.scan.driver import Feed, Scanned, scan, spans
from why502.scan.engine import Engine, Plain
from why502.scan.jobs import Job, Reading
from why502.scan.part import Part
from why502.vantage.blocks.contract import InputError, RandomReader, Source, StreamReader
from why502.vantage.blocks.naming import find

READING = Reading(formats=((nginx_combined.FORMAT, nginx_combined.PLANS),))
ENGINES = [Plain, *([engines.Compiled] if engines.has_kernel() else [])]
each_engine = pytest.mark.parametrize("make", ENGINES, ids=lambda each: each.__name__)
LINE = b'10.0.0.%d - - [20/Nov/2026:14:%02d:11 +0000] "GET /%s HTTP/1.1" %d 5 "-" "-"'


class Random(RandomReader):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content
        self.size = len(content)

    def read_into(self, buffer: memoryview, offset: int) -> int:
        got = self.content[offset : offset + len(buffer)]
        buffer[: len(got)] = got
        return len(got)

    def close(self) -> None:
        pass


class Stream(StreamReader):
    """Gives pieces of any size, as a pipe does."""

    def __init__(self, content: bytes, pieces: tuple[int, ...]) -> None:
        super().__init__()
        self.content = content
        self.pieces = list(pieces)

    def read(self, most: int) -> bytes:
        size = min(most, self.pieces.pop(0) if self.pieces else most)
        got, self.content = self.content[:size], self.content[size:]
        return got

    def close(self) -> None:
        self.troubles.append("closed")


@dataclass(frozen=True)
class Memory:
    """A source in memory. `pieces`: it is a stream that gives these sizes first; `None`: any part can be read."""

    content: bytes = field(repr=False)
    pieces: tuple[int, ...] | None = None
    name: str = "memory"
    mtime: float | None = None
    refuses: str = ""

    @property
    def size(self) -> int | None:
        return len(self.content) if self.pieces is None else None

    @property
    def seekable(self) -> bool:
        return self.pieces is None

    def open(self) -> RandomReader | StreamReader:
        if self.refuses:
            raise InputError(self.refuses)
        return Random(self.content) if self.pieces is None else Stream(self.content, self.pieces)


def settled(part: Part) -> Part:
    part.waiting.lines.sort(key=repr)
    return part


def plainly(*contents: bytes) -> Part:
    """Count the lines one by one, as they are defined."""
    engine = Plain(READING)
    for number, content in enumerate(contents):
        engine.block(content, number, 0, last=True)
    return settled(engine.part(served=True))


def scanned(
    make: type[Engine], *sources: Source, block: int = 1 << 18, chunk: int = 1 << 20, threads: int = 2
) -> Scanned:
    jobs = [Job(number=number, source=source, reading=READING) for number, source in enumerate(sources)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "BLOCK", block)
        made = scan(jobs, make, threads=threads, chunk=chunk, served=True)
    settled(made.part)
    return made


LINES = st.lists(
    st.builds(
        lambda client, minute, path, status: LINE % (client, minute, path, status),
        st.integers(1, 9),
        st.integers(0, 59),  # the clock goes backwards as often as on
        st.sampled_from([b"a", b"b/17", b"x" * 90, b"%00", b"\x00"]),
        st.sampled_from([200, 404, 502]),
    )
    | st.sampled_from([b"", b"\0\0\0", b"what", b"\xff\xfe", b"x" * 300, b"\0" * 400 + LINE % (1, 1, b"cut", 502)]),
    max_size=14,
)
ENDS = st.sampled_from([b"", b"\n", b"\r\n", b"\r", b"\n\n"])


@each_engine
@settings(deadline=None, max_examples=120)
@given(
    lines=LINES,
    between=st.sampled_from([b"\n", b"\r\n"]),
    end=ENDS,
    block=st.integers(512, 2000),
    chunk=st.integers(1, 900),
    threads=st.integers(1, 4),
    pieces=st.lists(st.integers(1, 300), max_size=20),
)
@example(lines=[], between=b"\n", end=b"", block=512, chunk=1, threads=4, pieces=[])
@example(lines=[], between=b"\n", end=b"\n", block=512, chunk=1, threads=1, pieces=[1])
@example(lines=[b"what"] * 9, between=b"\n", end=b"", block=512, chunk=5, threads=2, pieces=[5, 5, 5])
def test_any_division_gives_the_same(
    *,
    make: type[Engine],
    lines: list[bytes],
    between: bytes,
    end: bytes,
    block: int,
    chunk: int,
    threads: int,
    pieces: list[int],
) -> None:
    content = between.join(lines) + end
    expected = plainly(content)
    made = scanned(make, Memory(content), block=block, chunk=chunk, threads=threads)
    assert made.part == expected
    assert scanned(make, Memory(content, tuple(pieces)), block=block, threads=threads).part == expected


@each_engine
def test_several_files_in_all_ways_at_once(make: type[Engine]) -> None:
    contents = [
        b"\n".join(LINE % (each % 9, each % 60, b"a", 200 + 302 * (each % 7 == number)) for each in range(400))
        for number in range(4)
    ]
    sources = [Memory(contents[0]), Memory(contents[1], (7, 100)), Memory(contents[2]), Memory(contents[3], ())]
    expected = plainly(*contents)
    for threads, chunk in ((1, 1 << 20), (2, 1000), (4, 77)):
        made = scanned(make, *sources, threads=threads, chunk=chunk, block=1024)
        assert made.part == expected
        assert made.troubles == {1: ("closed",), 3: ("closed",)} | {0: (), 2: ()}
        assert not made.stopped


@each_engine
@pytest.mark.parametrize("length", [1100, 5000, LONGEST + 1, driver.LONGEST_HELD + 5])
def test_a_line_longer_than_a_block_is_unparsed_and_nothing_else_is(make: type[Engine], length: int) -> None:
    good = LINE % (1, 1, b"a", 502)
    content = good + b"\n" + b"x" * length + b"\n" + good + b"\n" + b"y" * length
    for source in (Memory(content), Memory(content, (999,) * 400)):
        for chunk in (300, 4096, 1 << 20):
            file = scanned(make, source, block=1024, chunk=chunk).part.files[0]
            assert (file.lines, file.unparsed, file.plans[0]) == (4, 2, 2)


@each_engine
def test_an_empty_file_has_no_lines(make: type[Engine]) -> None:
    for source in (Memory(b""), Memory(b"", ())):
        assert scanned(make, source).part == Part()


@each_engine
def test_real_files_plain_and_compressed(make: type[Engine], tmp_path: Path) -> None:
    content = b"\r\n".join(LINE % (each % 9, each % 60, b"p%d" % (each % 5), 502) for each in range(3000))
    (tmp_path / "a.log").write_bytes(content)
    (tmp_path / "b.log.bz2").write_bytes(bz2.compress(content))
    (tmp_path / "c.log").write_bytes(b"")
    sources = sorted(find([str(tmp_path / "a.log"), str(tmp_path / "b.log.bz2")]).sources, key=lambda each: each.name)
    assert [source.seekable for source in sources] == [True, False]
    assert scanned(make, *sources, chunk=10_000, block=4096).part == plainly(content, content)


def test_a_source_that_is_refused_is_a_trouble_and_the_rest_is_read() -> None:
    content = LINE % (1, 1, b"a", 502)
    made = scanned(Plain, Memory(content, refuses="memory: no"), Memory(content), Memory(content, (), refuses="gone"))
    assert made.troubles == {0: ("memory: no",), 1: (), 2: ("gone",)}
    assert list(made.part.files) == [1]


def test_what_an_engine_raises_is_raised() -> None:
    class Broken(Plain):
        def block(self, *_: object, **__: object) -> int:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        scanned(Broken, *[Memory(b"x\n" * 100)] * 3, chunk=10, threads=3)


def test_it_stops_when_told() -> None:
    stop = threading.Event()
    stop.set()
    job = Job(number=0, source=Memory(b"x\n" * 100), reading=READING)
    made = scan([job], Plain, stop=stop)
    assert made.stopped
    assert made.part == Part()


def test_progress_comes_to_its_end() -> None:
    told: list[tuple[int, int]] = []
    content = (LINE % (1, 1, b"a", 502) + b"\n") * 100
    job = Job(number=0, source=Memory(content), reading=READING)
    scan([job], Plain, threads=1, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (len(content), len(content))


@given(sizes=st.lists(st.integers(0, 500), max_size=5), chunk=st.integers(1, 200))
def test_spans_are_the_whole_work_streams_first(sizes: list[int], chunk: int) -> None:
    sources = [Memory(b"x" * size, () if number % 2 else None) for number, size in enumerate(sizes)]
    jobs = [Job(number=number, source=source, reading=READING) for number, source in enumerate(sources)]
    made = list(spans(jobs, chunk))
    streams = sum(not source.seekable for source in sources)
    assert all(span.end is None for span in made[:streams])
    for job in jobs:
        if job.source.seekable:
            own = [(span.start, span.end) for span in made if span.job is job]
            assert [start for start, _ in own] == list(range(0, len(sources[job.number].content), chunk))
            assert all(end is not None and 0 < end - start <= chunk for start, end in own)
            assert sum((end or 0) - start for start, end in own) == sizes[job.number]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(st.binary(min_size=1, max_size=40), max_size=12))
def test_a_feed_hands_on_each_line_once(pieces: list[bytes]) -> None:
    engine = Plain(READING)
    feed = Feed(engine, 0)
    for piece in pieces:
        feed.more(piece)
    feed.end()
    assert settled(engine.part(served=True)) == plainly(b"".join(pieces))
