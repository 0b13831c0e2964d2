"""Whether a file that another host opens by the same name is the one that was found: shared storage may not be shared.

A mark is taken where the file was found and held against the file where it is read. A plain log may have grown since:
what was there must still be there, and no more than that is read.
"""

import os
import stat
from dataclasses import replace
from hashlib import blake2b

from why502.observations.frozen import frozen
from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import InputError, Source
from why502.vantage.blocks.opening import opened, said
from why502.vantage.blocks.plain import PlainSource, reopened
from why502.vantage.blocks.remote import ObjectSource, find

LOOKED_AT = 4096
"""Bytes at the beginning and before the end that must be the same."""


@frozen
class Mark:
    """What a file is known again by. `size`: its bytes as they lie there; `mtime`: seconds since 1970, UTC."""

    size: int
    mtime: float | None
    ends: bytes


def mark(source: Source) -> Mark | None:
    """Take the mark of a file; other sources have none. Raises `InputError` where it cannot be read."""
    if not isinstance(source, PlainSource | CompressedSource):
        return None
    number, _ = reopened(source.path, source.inode)
    try:
        return Mark(size=_size(source), mtime=source.mtime, ends=_ends(number, _size(source)))
    except OSError as error:
        raise InputError(f"{source.name}: {said(error)}") from None
    finally:
        os.close(number)


def here(source: Source, marked: Mark | None) -> Source:
    """Return a source as this host opens it. Raises `InputError` where it is not there, or not the same."""
    if isinstance(source, PlainSource | CompressedSource) and marked is not None:
        return _file(source, marked)
    if isinstance(source, ObjectSource) and source.seekable and not set("*?[") & set(source.url):
        _object(source)
    return source


def _file(source: PlainSource | CompressedSource, marked: Mark) -> Source:
    number, info = _found(source)
    try:
        why = _unlike(number, info, marked, may_grow=isinstance(source, PlainSource))
    except OSError as error:
        raise InputError(f"{source.name}: {said(error)}") from None
    finally:
        os.close(number)
    if why is not None:
        raise InputError(f"{source.name}: {why}")
    return replace(source, inode=info.st_ino)


def _found(source: PlainSource | CompressedSource) -> tuple[int, os.stat_result]:
    """Open it by its number, or by its name where hosts number the same file differently."""
    try:
        return reopened(source.path, source.inode)
    except InputError:
        return opened(source.path)


def _unlike(number: int, info: os.stat_result, marked: Mark, *, may_grow: bool) -> str | None:
    """Say in what a file differs from what was marked."""
    if not stat.S_ISREG(info.st_mode):
        return "not a regular file"
    if info.st_size < marked.size or (info.st_size > marked.size and not may_grow):
        return f"another file of that name: {info.st_size} bytes, not {marked.size}"
    if info.st_size == marked.size and marked.mtime is not None and int(info.st_mtime) != int(marked.mtime):
        return f"another file of that name, or changed since: written at {int(info.st_mtime)}, not {int(marked.mtime)}"
    if _ends(number, marked.size) != marked.ends:
        return "another file of that name, or changed since: its content differs"
    return None


def _ends(number: int, size: int) -> bytes:
    hashed = blake2b(digest_size=16)
    hashed.update(os.pread(number, min(LOOKED_AT, size), 0))
    begin = max(size - LOOKED_AT, 0)
    hashed.update(os.pread(number, size - begin, begin))
    return hashed.digest()


def _size(source: PlainSource | CompressedSource) -> int:
    return source.size if isinstance(source, PlainSource) else source.packed


def _object(source: ObjectSource) -> None:
    there = next((each for each in find(source.url, source.connect) if each.name == source.name), None)
    if there is None or there.size != source.size or there.mtime != source.mtime:
        raise InputError(f"{source.name}: changed since it was found")
