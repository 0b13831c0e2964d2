"""Engines count lines of blocks into a part; which one runs changes the time it takes and nothing else."""

from collections.abc import Callable
from typing import Protocol, Self

from why502.logs import reading as lines
from why502.logs.format import Signs
from why502.logs.numbers import WHOLE
from why502.scan.jobs import Reading, in_utc
from why502.scan.part import Counter, Part, code, collapsing, from_export, upstreams_bound

BLOCK = 1 << 18
"""Bytes read at a time: they stay in a core's cache until they are counted."""

GROUP = 2
"""What the kernel calls an upstream whose name has no colon."""

Block = bytes | bytearray | memoryview


class Engine(Protocol):
    """Counts for one thread. `offset`: of the block in the file's text; `last`: the file ends with this block.

    `size`: bytes of a block that it counts best.
    """

    size: int

    def block(self, block: Block, file: int, offset: int, *, last: bool) -> int:
        """Count the whole lines of a block (with `last` also an unended one); return how many bytes they are."""

    def too_long(self, head: bytes, file: int, offset: int) -> None:
        """Count a line that no block holds."""

    def merge(self, other: Self) -> None:
        """Take over what another engine of this kind counted."""

    def part(self, *, served: bool) -> Part:
        """Hand out what was counted, settled; without the cells of what was served unless asked."""


class Plain:
    """Line by line, as `logs.reading` says it: slow, and what the others are held to."""

    size = BLOCK

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._plans = reading.plans
        self._counter = Counter(reading.judge, since=reading.since, until=reading.until)

    def block(self, block: Block, file: int, offset: int, *, last: bool) -> int:
        text = bytes(block)
        at = 0
        while at < len(text):
            end = text.find(b"\n", at)
            if end < 0:
                if not last:
                    return at
                end = len(text)
            self._line(text[at:end], file, offset + at)
            at = min(end + 1, len(text))
        return at

    def _line(self, text: bytes, file: int, offset: int) -> None:
        for number, plan in enumerate(self._plans):
            read = lines.read(plan, text)
            if read is not None:
                at = in_utc(read.at, self._reading.zones) if read.naive else read.at
                self._counter.line(number, read, at, file, offset, text)
                return
        self._counter.unread(file, offset, text)

    def too_long(self, head: bytes, file: int, offset: int) -> None:
        self._counter.unread(file, offset, head)

    def merge(self, other: "Plain") -> None:
        self._counter.part.merge(other._counter.part)

    def part(self, *, served: bool) -> Part:  # noqa: ARG002  (they are there anyway)
        return self._counter.part.settled()


class Compiled:
    """The kernel (`kernel.c`), which knows the bounds but not what to do about them."""

    size = BLOCK

    def __init__(self, reading: Reading) -> None:
        import struct

        from why502.scan._kernel import Scan
        from why502.scan.program import compile_program

        zones = b"".join(struct.pack("=qq", start, ahead) for start, ahead in reading.zones)
        self._reading = reading
        self._scan = Scan(compile_program(reading.plans), self._judge, zones, reading.since, reading.until)
        self._collapsed: frozenset[bytes] = frozenset()
        self._below = WHOLE

    def _judge(self, number: int, status: int, last: int, upstream: int, upstream_status: bytes, *words: bytes) -> int:
        signs = Signs(
            status=status,
            upstream_status=upstream_status,
            words=(words[0], words[1], words[2], words[3]),
            upstream=bool(upstream),
            group=upstream == GROUP,
            last=bool(last),
        )
        judged = self._reading.judge(number, signs)
        return judged.failed | judged.partner << 1 | code(judged) << 8

    def block(self, block: Block, file: int, offset: int, *, last: bool) -> int:
        view = memoryview(block)
        done = 0
        while True:
            consumed, why = self._scan.block(view[done:], file, offset + done, last)
            done += consumed
            if not why:
                return done
            self._settle()

    def _settle(self) -> None:
        collapsed = collapsing(self._scan.routes(), self._collapsed)
        if collapsed != self._collapsed:
            self._scan.collapse(collapsed)
            self._collapsed = collapsed
        below = upstreams_bound(self._scan.upstreams(), self._below)
        if below < self._below:
            self._scan.limit_upstreams(below)
            self._below = below
        self._scan.bound_cells()

    def too_long(self, head: bytes, file: int, offset: int) -> None:
        self._scan.too_long(head, file, offset)

    def merge(self, other: "Compiled") -> None:
        self._scan.merge(other._scan)
        self._collapsed |= other._collapsed
        self._below = min(self._below, other._below)

    def part(self, *, served: bool) -> Part:
        self._settle()
        return from_export(self._scan.export(served))


def has_kernel() -> bool:
    """Tell whether the kernel was compiled here, from the sources of this version."""
    from why502.scan.program import VERSION

    try:
        from why502.scan import _kernel
    except ImportError:
        return False
    return _kernel.VERSION == VERSION


def has_numpy() -> bool:
    """Tell whether NumPy is installed, in a version that the vectorised engine can use."""
    try:
        from numpy import bitwise_count  # noqa: F401  (2.0)
    except ImportError:
        return False
    return True


def makers() -> dict[str, Callable[[Reading], Engine]]:
    """Return how to make each engine that can run here, by name, the fastest first."""
    made: dict[str, Callable[[Reading], Engine]] = {}
    if has_kernel():
        made["compiled"] = Compiled
    if has_numpy():
        from why502.scan.vectorised import Vectorised

        made["vectorised"] = Vectorised
    made["plain"] = Plain
    return made


def best() -> Callable[[Reading], Engine]:
    """Return how to make the fastest engine that can run here; NumPy is not loaded where the kernel is."""
    if has_kernel():
        return Compiled
    return next(iter(makers().values()))


def slow() -> str | None:
    """Return a line for the user where nothing but the plain engine can run, `None` otherwise."""
    if has_kernel() or has_numpy():
        return None
    return "logs are read line by line, which is slow: NumPy makes it fast; pip install 'why502[logs]'"
