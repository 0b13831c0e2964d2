"""What whoever scans logs holds on to: sources are named, opened, read in blocks; what is wrong is said, not raised.

A source is a frozen record that can be pickled, so that another process opens it. Opening gives one of two readers:

- `RandomReader`: any part at any time, from many threads at once (files that are not compressed, objects in a store);
- `StreamReader`: from the beginning to the end, once, by one thread (compressed files, pipes, the journal, HTTP).

A reader raises no `OSError`: it delivers what can be had and adds a line to `troubles`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from why502.observations.frozen import frozen

BLOCK = 2 << 20
"""Bytes that are read at a time where nobody says otherwise."""


class InputError(Exception):
    """An input cannot be used. The message is one line for the user and names the input."""


class MissingPackageError(InputError):
    """An input needs a package that is not installed; the message has the command that installs it."""


class Reader(ABC):
    """What both kinds of readers have. Close it, or use it in a `with` statement.

    `troubles`: what was wrong, one line each, complete once the reader is closed.
    """

    def __init__(self) -> None:
        self.troubles: list[str] = []

    @abstractmethod
    def close(self) -> None:
        """Give back what the reader holds; the second time does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class RandomReader(Reader):
    """Reads any part of a source whose size is known. `size`: bytes, fixed when the source was found."""

    size: int

    @abstractmethod
    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill the buffer from `offset` on; return how many bytes: fewer only at the end, or where it broke off.

        Safe from several threads at once. Nothing at or behind `size` is read.
        """


class StreamReader(Reader):
    """Reads a source from its beginning to its end."""

    @abstractmethod
    def read(self, most: int) -> bytes:
        """Return up to `most` bytes (1 at least), waiting for them; empty only at the end."""

    def stop(self) -> None:
        """From another thread: let a `read` that waits, and every later one, return what it has or nothing.

        A reader that never waits long need not listen.
        """


class Source(Protocol):
    """Something to read.

    `name`: as the report says it, without secrets. `size`: bytes of the content, if known before it is read.
    `seekable`: `open` gives a `RandomReader`, else a `StreamReader`. `mtime`: last change, seconds since 1970 in UTC.
    """

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...

    @property
    def seekable(self) -> bool: ...

    @property
    def mtime(self) -> float | None: ...

    def open(self) -> RandomReader | StreamReader:
        """Open it; raises `InputError` where that is refused."""
        ...


@frozen
class Skipped:
    """What was not taken, and why. `named`: the user named it; else it was met in a directory or by a pattern."""

    name: str
    why: str
    named: bool = False


@frozen
class Found:
    """What names came to: the sources in the order of their time, and what was left out."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()


def pieces(reader: RandomReader | StreamReader, block: int = BLOCK) -> Iterator[bytes]:
    """Yield a source's content from its beginning, up to `block` bytes at a time."""
    match reader:
        case StreamReader():
            while piece := reader.read(block):
                yield piece
        case RandomReader():
            buffer, at = memoryview(bytearray(block)), 0
            while count := reader.read_into(buffer, at):
                yield bytes(buffer[:count])
                at += count
