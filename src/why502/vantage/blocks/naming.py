"""What the names on the command line mean: files, patterns, directories, `-`, the journal, and objects elsewhere.

A directory means the regular files in it and in the folders directly below; what is no log is left out and said so.
A file is taken once, however often and under whatever names (links, hard links) it is met, and so is a log that
stands there both compressed and not.
"""

import errno
import glob
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from why502.observations.frozen import frozen
from why502.vantage.blocks.compressed import CompressedSource, Decompressing
from why502.vantage.blocks.contract import Found, InputError, Skipped, Source, pieces
from why502.vantage.blocks.magic import HEAD, archive_of, codec_of, is_binary
from why502.vantage.blocks.opening import opened, said, unfit, visible
from why502.vantage.blocks.pipe import PipeReader
from why502.vantage.blocks.plain import PlainSource
from why502.vantage.blocks.rotated import rotation, uncompressed
from why502.vantage.blocks.standard_input import PipeSource, StandardInput

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
JOURNALS = ("journal:", "journald:")
PATTERN = re.compile(r"[*?\[]")
NOTHING_THERE = frozenset({None, errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP})
"""Errors (`None`: not even a name) that say that there is no such file; others may still let the rest be read."""

MOST_FILES = 100_000
"""Files that one command takes."""


@frozen
class _Met:
    """A path that was met; `named`: by the user."""

    path: str
    named: bool


class _LeftOutError(Exception):
    """Why something that was met is not read."""


class _Member(NamedTuple):
    """A file of a rotated set, and what it is sorted by."""

    order: tuple[int, str, int]
    mtime: float
    path: str
    source: PlainSource | CompressedSource | PipeSource


def find(names: Iterable[str], remote: Callable[[str], tuple[Source, ...]] | None = None) -> Found:
    """Find what is named, in the order of their times within each rotated set; sets stand as they were named.

    Raises `InputError` for a name that means nothing, and where nothing is left to read.
    `remote` finds what a URL means (`remote.find` unless given).
    """
    files: list[_Met] = []
    others: dict[str, tuple[Source, ...]] = {}
    skipped: list[Skipped] = []
    for name in dict.fromkeys(names):
        if name == "-":
            others[name] = (StandardInput(),)
        elif name.startswith(JOURNALS):
            others[name] = (_journal(name),)
        elif SCHEME.match(name) and not os.path.lexists(name):
            others[name] = _elsewhere(name, remote)
        else:
            files += _paths(name, skipped)
    if len(files) > MOST_FILES:
        raise InputError(f"{len(files)} files are named, more than {MOST_FILES}")
    sources = (*_taken(files, skipped), *(each for group in others.values() for each in group))
    if not sources:
        why = "; ".join(f"{each.name}: {each.why}" for each in skipped[:3])
        raise InputError(f"there is nothing to read{': ' if why else ''}{why}")
    return Found(sources=sources, skipped=tuple(skipped))


def _journal(name: str) -> Source:
    # Loaded only for such a name, as what is needed to run programs is much.
    from why502.vantage.blocks import journal

    return journal.find(name)


def _elsewhere(name: str, remote: Callable[[str], tuple[Source, ...]] | None) -> tuple[Source, ...]:
    if remote is None:
        # Loaded only for such a name.
        from why502.vantage.blocks import remote as objects

        remote = objects.find
    return remote(name)


def _paths(name: str, skipped: list[Skipped]) -> Iterator[_Met]:
    """Yield the files that a name means. What stands there under just this name goes before a pattern."""
    if os.path.isdir(name):
        yield from _inside(name, skipped, named=True)
    elif os.path.lexists(name) or not PATTERN.search(name):
        yield _Met(path=name, named=True)
    else:
        matching = sorted(glob.glob(name, recursive=True))
        if not matching:
            raise InputError(f"{visible(name)}: no file matches")
        for path in matching:
            if os.path.isdir(path) and "**" not in name:
                yield from _inside(path, skipped, named=False)
            elif not os.path.isdir(path):
                yield _Met(path=path, named=False)


def _inside(folder: str, skipped: list[Skipped], *, named: bool, below: bool = True) -> Iterator[_Met]:
    try:
        with os.scandir(folder) as entries:
            met = sorted(entries, key=lambda each: each.name)
    except OSError as error:
        skipped.append(Skipped(name=visible(folder), why=said(error), named=named))
        return
    for entry in met:
        if entry.is_dir(follow_symlinks=False):
            if below:
                yield from _inside(entry.path, skipped, named=False, below=False)
            else:
                skipped.append(Skipped(name=visible(entry.path), why="a directory further down"))
        elif entry.is_dir():
            skipped.append(Skipped(name=visible(entry.path), why="a link to a directory"))
        else:
            yield _Met(path=entry.path, named=False)


def _taken(files: list[_Met], skipped: list[Skipped]) -> Iterator[Source]:
    """Yield each file once, each set of rotated files together, oldest first."""
    known: dict[tuple[int, int], str] = {}
    seen: set[str] = set()
    sets: dict[str, list[_Member]] = {}
    # Named files are looked at first, that of two names of a file the one that was named is kept.
    for met in sorted(files, key=lambda each: not each.named):
        if met.path in seen:
            continue
        seen.add(met.path)
        try:
            source = _looked_at(met, known)
        except _LeftOutError as error:
            skipped.append(Skipped(name=visible(met.path), why=str(error), named=met.named))
            continue
        turn = rotation(met.path)
        sets.setdefault(turn.stem, []).append(_Member(turn.order, source.mtime or 0.0, met.path, source))
    order = dict.fromkeys(rotation(met.path).stem for met in files)
    for stem in order:
        members = [each.source for each in sorted(sets.get(stem, []), key=lambda each: each[:3])]
        yield from _without_copies(members, skipped)


def _looked_at(met: _Met, known: dict[tuple[int, int], str]) -> PlainSource | CompressedSource | PipeSource:
    """Look at a file's kind and first bytes; raises `_LeftOutError` for what is no log, unless it was named itself."""
    begun = _begin(met)
    if begun is None:
        return PipeSource(path=met.path)
    head, info = begun
    codec, archive = codec_of(head), archive_of(head)
    if archive is not None:
        raise _LeftOutError(f"{archive}, which is not read")
    if codec is None and not met.named and is_binary(head):
        raise _LeftOutError("not a text")
    twin = known.setdefault((info.st_dev, info.st_ino), met.path)
    if twin != met.path:
        raise _LeftOutError(f"the same file as {visible(twin)}, which is read")
    if head and not info.st_size:
        # Made as it is read, like what stands in /proc.
        return PipeSource(path=met.path)
    if codec is not None:
        return CompressedSource(path=met.path, inode=info.st_ino, packed=info.st_size, mtime=info.st_mtime)
    return PlainSource(path=met.path, size=info.st_size, inode=info.st_ino, mtime=info.st_mtime)


def _begin(met: _Met) -> tuple[bytes, os.stat_result] | None:
    """Read a regular file's first bytes; `None`: a pipe. Raises `_LeftOutError`; `InputError` for a name of nothing."""
    try:
        info = os.stat(met.path)
        # A pipe is not opened to be looked at: who writes into it would take that for its reader.
        if stat.S_ISFIFO(info.st_mode) and met.named:
            return None
        if not stat.S_ISREG(info.st_mode):
            raise _LeftOutError(unfit(info) or "a pipe")
        number, info = opened(met.path)
    except (OSError, ValueError) as error:
        words = said(error) if isinstance(error, OSError) else "not a name of a file"
        if met.named and getattr(error, "errno", None) in NOTHING_THERE:
            raise InputError(f"{visible(met.path)}: {words}") from None
        raise _LeftOutError(words) from None
    except InputError as error:
        raise _LeftOutError(str(error).removeprefix(f"{visible(met.path)}: ")) from None
    try:
        return _head(number, info.st_size), info
    except OSError as error:
        raise _LeftOutError(said(error)) from None
    finally:
        os.close(number)


def _head(number: int, size: int) -> bytes:
    """Read the first bytes behind the hole that a file may begin with."""
    head = os.pread(number, HEAD, 0)
    if head.strip(b"\0") or size <= HEAD:
        return head
    try:
        return os.pread(number, HEAD, os.lseek(number, 0, os.SEEK_DATA))
    except (OSError, AttributeError):
        return head


def _without_copies(
    members: list[PlainSource | CompressedSource | PipeSource], skipped: list[Skipped]
) -> Iterator[Source]:
    """Leave out a compressed file beside the plain one it was made of: both stand there until `logrotate` is done."""
    plain = {each.path: each for each in members if isinstance(each, PlainSource)}
    for each in members:
        twin = plain.get(uncompressed(each.path)) if isinstance(each, CompressedSource) else None
        if twin is not None and isinstance(each, CompressedSource) and _begin_alike(twin, each):
            skipped.append(Skipped(name=each.name, why=f"a compressed copy of {twin.name}, which is read"))
        else:
            yield each


def _begin_alike(plain: PlainSource, packed: CompressedSource) -> bool:
    """Tell whether a compressed file begins as a plain one does; one that is only begun does so too."""
    try:
        first, _ = opened(plain.path)
        second, _ = opened(packed.path)
    except InputError:
        return False
    with PipeReader(second, packed.name) as raw:
        try:
            here = os.pread(first, HEAD, 0)
            codec = codec_of(os.pread(second, HEAD, 0))
            there = next(pieces(Decompressing(raw, codec, packed.name), HEAD), b"") if codec is not None else b""
        except (OSError, InputError):
            return False
        finally:
            os.close(first)
    return bool(there) and here.startswith(there)
