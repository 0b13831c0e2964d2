"""Follow logs as they grow: whole lines, each once, over rotation by renaming and by copying and cutting.

A file is looked at a few times a second (which works on every file system, unlike notifications). Its name is what is
followed: where another file stands under it, the former one is read on until its writer has let go of it, that is until
nothing came for a while. A cut file is begun anew, after what its copy has more than was seen. A line is handed on when
it has ended. What a rotation itself loses (lines written between the copying and the cutting) is lost here too.
"""

import os
import threading
from collections.abc import Iterator, Sequence

from why502.observations.frozen import frozen
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import InputError, Source
from why502.vantage.blocks.opening import opened, said, visible
from why502.vantage.blocks.pipe import PipeReader
from why502.vantage.blocks.plain import PlainSource
from why502.vantage.blocks.standard_input import PipeSource, StandardInput

EVERY = 0.25
"""Seconds between two looks."""

QUIET = 40
"""Looks without a new byte after which a file that was renamed is let go of."""

PIECE = 1 << 20
"""Bytes of one file that are read at one look, so that no file keeps the others waiting."""

LONGEST = 1 << 20
"""Bytes of a line that are waited for; of a longer one the beginning is handed on, and the rest left out."""

MARK = 64
"""Bytes before the place reached that must still be there; if not, the file was cut and has grown again since."""

MOST_COPIES = 20
"""Files in which the copy of a cut file is looked for."""

MOST_TROUBLES = 1000


@frozen
class Piece:
    """Whole lines of one source, with their ends."""

    name: str
    data: bytes


class Lines:
    """Holds back what has not ended; hands on whole lines."""

    def __init__(self, *, broken: bool = False) -> None:
        self._held = bytearray()
        self._leaving = broken
        """The rest of a line is left out, until it ends."""

    def add(self, data: bytes) -> bytes:
        """Take what came, and return the lines that have ended by it."""
        if self._leaving:
            end = data.find(b"\n")
            if end < 0:
                return b""
            self._leaving, data = False, data[end + 1 :]
        end = data.rfind(b"\n") + 1
        if end:
            whole = bytes(self._held) + data[:end]
            self._held = bytearray(data[end:])
            return whole
        self._held += data
        if len(self._held) <= LONGEST:
            return b""
        # What stands far behind in a line must not pass for a line of its own.
        self._leaving = True
        return self.rest()

    def rest(self) -> bytes:
        """Return a line that will never end, ended."""
        held, self._held = bytes(self._held), bytearray()
        return held + b"\n" if held else b""


class _Tail:
    """One open file, and how far it was read."""

    def __init__(self, number: int, at: int, *, broken: bool = False) -> None:
        self.number, self.at, self.quiet = number, at, 0
        self.inode = os.fstat(number).st_ino
        self.lines = Lines(broken=broken)
        self._fresh = at == 0
        self._mark = os.pread(number, min(at, MARK), max(at - MARK, 0))

    def cut(self) -> bool:
        """Tell whether what was read is gone."""
        if os.fstat(self.number).st_size < self.at:
            return True
        return os.pread(self.number, len(self._mark), self.at - len(self._mark)) != self._mark

    def copied(self, number: int) -> bool:
        """Tell whether another file holds what was read here last, at the same place."""
        return len(self._mark) == MARK and os.pread(number, MARK, self.at - MARK) == self._mark

    def again(self) -> bytes:
        """Begin anew; return the line that will never end."""
        self.at, self._mark, self._fresh = 0, b"", True
        return self.lines.rest()

    def read(self) -> bytes:
        if self._fresh and self.at == 0:
            self.at = _behind_hole(self.number)
        data = os.pread(self.number, PIECE, self.at)
        self.at += len(data)
        self.quiet = 0 if data else self.quiet + 1
        if data:
            self._mark = (self._mark + data)[-MARK:]
        if self._fresh and data:
            # A writer that keeps its place leaves a hole where its file was cut; what it reads as is not its line's.
            data = data.lstrip(b"\0")
            self._fresh = not data
        return self.lines.add(data)


def _behind_hole(number: int) -> int:
    """Find where the first bytes were written."""
    try:
        return os.lseek(number, 0, os.SEEK_DATA)
    except (OSError, AttributeError):
        return 0


def _beside(path: str) -> list[str]:
    """Return the files that a file's copy may be among: those whose names begin as its own does, newest first."""
    folder, name = os.path.split(os.path.realpath(path))
    try:
        with os.scandir(folder) as entries:
            there = [each for each in entries if each.name.startswith(name) and each.is_file(follow_symlinks=False)]
            there.sort(key=lambda each: each.stat().st_mtime, reverse=True)
    except OSError:
        return []
    return [each.path for each in there[:MOST_COPIES]]


class _File:
    """A name that is followed: the file that stands there, and those that did."""

    def __init__(self, path: str, troubles: list[str], *, from_start: bool) -> None:
        self.name, self._path, self._troubles = visible(path), path, troubles
        self._former: list[_Tail] = []
        self._said = ""
        self._now = self._begun(from_start=from_start)

    def look(self) -> Iterator[bytes]:
        """Read what is new."""
        for tail in self._former:
            yield from self._new(tail)
        for tail in [each for each in self._former if each.quiet >= QUIET]:
            yield tail.lines.rest()
            self._former.remove(tail)
            os.close(tail.number)
        if self._now is not None:
            yield from self._new(self._now)
        if self._moved():
            former, self._now = self._now, self._begun(from_start=True)
            if former is not None and self._now is None:
                # It went away in this moment; it is looked for again.
                self._now = former
            elif former is not None:
                self._former.append(former)

    def close(self) -> Iterator[bytes]:
        """Let go of the files; yield what has not ended."""
        for tail in (*self._former, *([self._now] if self._now is not None else [])):
            yield tail.lines.rest()
            os.close(tail.number)
        self._former, self._now = [], None

    def _new(self, tail: _Tail) -> Iterator[bytes]:
        try:
            if tail.cut():
                self._say(f"{self.name}: was cut while it was followed; it is read from its beginning")
                yield from self._from_copy(tail)
                yield tail.again()
            yield tail.read()
        except OSError as error:
            self._say(f"{self.name}: {said(error)}")
            tail.quiet += 1

    def _from_copy(self, tail: _Tail) -> Iterator[bytes]:
        """Read what was written between the last look and the cut, in the copy that was made before it."""
        for path in _beside(self._path):
            try:
                number, info = opened(path)
            except InputError:
                continue
            try:
                if info.st_ino == tail.inode or not tail.copied(number):
                    continue
                while data := os.pread(number, PIECE, tail.at):
                    tail.at += len(data)
                    yield tail.lines.add(data)
                return
            finally:
                os.close(number)

    def _moved(self) -> bool:
        try:
            return self._now is None or os.stat(self._path).st_ino != self._now.inode
        except OSError:
            # Gone for now: what is open is read on until another stands there.
            return False

    def _begun(self, *, from_start: bool) -> _Tail | None:
        try:
            number, info = opened(self._path)
        except InputError as error:
            if str(error) != self._said:
                self._said = str(error)
                self._say(self._said)
            return None
        self._said = ""
        at, broken = (0, False) if from_start else _last_line(number, info.st_size)
        return _Tail(number, at, broken=broken)

    def _say(self, trouble: str) -> None:
        if len(self._troubles) < MOST_TROUBLES:
            self._troubles.append(trouble)


def _last_line(number: int, size: int) -> tuple[int, bool]:
    """Find where a line begins that is being written now; true where it is too long to tell."""
    start = max(size - LONGEST, 0)
    end = os.pread(number, size - start, start).rfind(b"\n") + 1
    return (start + end, False) if end or not start else (size, True)


class _Flow:
    """Something that comes by itself: standard input, a pipe, the journal."""

    def __init__(self, reader: PipeReader, name: str, troubles: list[str]) -> None:
        self.name, self._reader, self._lines, self._troubles = name, reader, Lines(), troubles

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self._reader.over

    def look(self) -> Iterator[bytes]:
        yield self._lines.add(self._reader.now(PIECE))

    def close(self) -> Iterator[bytes]:
        yield self._lines.rest()
        self._reader.close()
        self._troubles += self._reader.troubles


class Following:
    """Follows several sources at once. `troubles`: what was wrong, one line each, as it happens."""

    def __init__(self, sources: Sequence[Source], *, from_start: bool = False) -> None:
        """Begin at the end, or at the start. Raises `InputError` for compressed files and objects elsewhere."""
        self.troubles: list[str] = []
        self._all: list[_File | _Flow] = []
        try:
            for source in sources:
                self._all.append(self._followed(source, from_start=from_start))
        except InputError:
            list(self.close())
            raise

    def look(self) -> list[Piece]:
        """Return what is new in all of them, without waiting."""
        return [Piece(name=each.name, data=data) for each in self._all for data in each.look() if data]

    def close(self) -> Iterator[Piece]:
        """Let go of all; yield the lines that have not ended."""
        for each in self._all:
            for data in each.close():
                if data:
                    yield Piece(name=each.name, data=data)
        self._all = []

    def until(self, stop: threading.Event, every: float = EVERY) -> Iterator[Piece]:
        """Yield what comes, until `stop` is set (by SIGINT, SIGTERM), then what is still held back."""
        try:
            while not stop.is_set():
                pieces = self.look()
                yield from pieces
                if self._all and all(isinstance(each, _Flow) and each.over for each in self._all):
                    break
                # Where much comes at once the rest is fetched without waiting.
                if not pieces:
                    stop.wait(every)
            yield from self.look()
        finally:
            left = list(self.close())
        yield from left

    def _followed(self, source: Source, *, from_start: bool) -> "_File | _Flow":
        match source:
            case PlainSource():
                return _File(source.path, self.troubles, from_start=from_start)
            case StandardInput():
                return _Flow(PipeReader(os.dup(source.number), source.name), source.name, self.troubles)
            case PipeSource():
                return _Flow(PipeReader(opened(source.path)[0], source.name), source.name, self.troubles)
            case CompressedSource():
                raise InputError(f"{source.name}: compressed files are not followed")
            case _:
                return self._journal(source)

    def _journal(self, source: Source) -> _Flow:
        # Loaded only here, as what is needed to run programs is much.
        from why502.vantage.blocks.journal import JournalSource

        if not isinstance(source, JournalSource):
            raise InputError(f"{source.name}: only files, pipes and the journal are followed")
        reader = JournalSource(unit=source.unit, since=source.since, following=True).started()
        return _Flow(reader, source.name, self.troubles)
