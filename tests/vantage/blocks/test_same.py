"""A file elsewhere is read only if it is the one that was found; a plain log may have grown."""

import gzip
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest

from why502.vantage.blocks.compressed import CompressedSource
from why502.vantage.blocks.contract import InputError, Source
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.plain import PlainSource
from why502.vantage.blocks.remote import find as find_objects
from why502.vantage.blocks.same import LOOKED_AT, here, mark
from why502.vantage.blocks.standard_input import StandardInput

TEXT = b"a line of a log\n" * (LOOKED_AT // 4)


def found(path: Path, text: bytes = TEXT) -> Source:
    path.write_bytes(text)
    (source,) = find([str(path)]).sources
    return source


def test_the_same_file_is_taken_also_under_another_number(tmp_path: Path) -> None:
    source = found(tmp_path / "a.log")
    assert isinstance(source, PlainSource)
    assert here(source, mark(source)) == source
    elsewhere = replace(source, inode=source.inode + (1 << 40))
    assert here(elsewhere, mark(source)) == source


def test_it_is_found_again_once_it_was_rotated(tmp_path: Path) -> None:
    source = found(tmp_path / "a.log")
    marked = mark(source)
    (tmp_path / "a.log").rename(tmp_path / "a.log.1")
    found(tmp_path / "a.log", b"new\n")
    assert here(source, marked) == source


def test_a_plain_log_may_grow(tmp_path: Path) -> None:
    source = found(tmp_path / "a.log")
    marked = mark(source)
    with (tmp_path / "a.log").open("ab") as file:
        file.write(b"more\n")
    assert here(source, marked) == source
    assert source.size == len(TEXT)


def test_a_compressed_one_may_not(tmp_path: Path) -> None:
    source = found(tmp_path / "a.log.gz", gzip.compress(TEXT))
    assert isinstance(source, CompressedSource)
    marked = mark(source)
    assert here(source, marked) == source
    with (tmp_path / "a.log.gz").open("ab") as file:
        file.write(gzip.compress(TEXT))
    with pytest.raises(InputError, match=r"a\.log\.gz: another file of that name: \d+ bytes, not \d+$"):
        here(source, marked)


def changed_at(path: Path, offset: int) -> None:
    """Change one byte, and let it look as old as before."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"#")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("offset", [0, LOOKED_AT - 1, len(TEXT) - LOOKED_AT, len(TEXT) - 1])
def test_other_content_is_refused(offset: int, tmp_path: Path) -> None:
    source = found(tmp_path / "a.log")
    marked = mark(source)
    changed_at(tmp_path / "a.log", offset)
    with pytest.raises(InputError, match=r"its content differs$"):
        here(source, marked)


def test_another_time_or_size_is_refused(tmp_path: Path) -> None:
    source = found(tmp_path / "a.log")
    marked = mark(source)
    os.utime(tmp_path / "a.log", (5, 5))
    with pytest.raises(InputError, match="written at 5, not"):
        here(source, marked)
    os.truncate(tmp_path / "a.log", 5)
    with pytest.raises(InputError, match=f"5 bytes, not {len(TEXT)}$"):
        here(source, marked)


def test_what_is_no_file_there_is_refused(tmp_path: Path) -> None:
    source = found(tmp_path / "a.log")
    marked = mark(source)
    (tmp_path / "a.log").unlink()
    with pytest.raises(InputError, match=r"a\.log: no such file or directory$"):
        here(source, marked)
    os.mkfifo(tmp_path / "a.log")
    with pytest.raises(InputError, match=r"not a regular file$"):
        here(source, marked)


def test_an_empty_one_and_what_has_no_mark(tmp_path: Path) -> None:
    number = os.open(found_path(tmp_path / "e.log"), os.O_RDONLY)
    os.close(number)
    empty = PlainSource(path=str(tmp_path / "e.log"), size=0, inode=(tmp_path / "e.log").stat().st_ino)
    marked = mark(empty)
    assert here(empty, pickle.loads(pickle.dumps(marked))) == empty
    assert mark(StandardInput()) is None
    assert here(StandardInput(), None) == StandardInput()


def in_memory(_: str) -> Any:
    return fsspec.filesystem("memory")


def test_an_object_that_changed_is_refused() -> None:
    system = in_memory("")
    system.store.clear()
    system.pipe("/bucket/a.log", TEXT)
    (source,) = find_objects("memory://bucket/a.log", in_memory)
    assert mark(source) is None
    assert here(source, None) == source
    system.pipe("/bucket/a.log", TEXT * 2)
    with pytest.raises(InputError, match=r"a\.log: changed since it was found$"):
        here(source, None)
    system.store.clear()
    with pytest.raises(InputError, match=r"a\.log: not there$"):
        here(source, None)


def found_path(path: Path) -> Path:
    path.touch()
    return path
