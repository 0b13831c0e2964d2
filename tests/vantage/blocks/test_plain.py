import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from why502.vantage.blocks.contract import InputError, pieces
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.plain import PlainReader, PlainSource

CONTENT = b"".join(b"line %d\n" % number for number in range(1000))


def source(path: Path, content: bytes = CONTENT) -> PlainSource:
    path.write_bytes(content)
    (found,) = find([str(path)]).sources
    assert isinstance(found, PlainSource)
    return found


@given(offset=st.integers(0, 9000), count=st.integers(0, 9000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_is_read(tmp_path: Path, offset: int, count: int) -> None:
    buffer = bytearray(b"?" * count)
    with source(tmp_path / "log").open() as reader:
        done = reader.read_into(memoryview(buffer), offset)
    assert buffer[:done] == CONTENT[offset : offset + count]
    assert buffer[done:] == b"?" * (count - done)
    assert reader.troubles == []


def test_many_threads_read_one_reader(tmp_path: Path) -> None:
    with source(tmp_path / "log").open() as reader:
        parts = [bytearray(100) for _ in range(len(CONTENT) // 100)]
        threads = [
            threading.Thread(target=reader.read_into, args=(memoryview(part), 100 * number))
            for number, part in enumerate(parts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert b"".join(parts) == CONTENT[: 100 * len(parts)]


def test_what_is_appended_meanwhile_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    found = source(path)
    with path.open("ab") as writer:
        writer.write(b"more\n")
    with found.open() as reader:
        assert b"".join(pieces(reader, 999)) == CONTENT
    assert reader.troubles == []


def test_a_file_that_is_cut_meanwhile_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with source(path).open() as reader:
        blocks = pieces(reader, 1000)
        assert next(blocks) == CONTENT[:1000]
        os.truncate(path, 1500)
        assert b"".join(blocks) == CONTENT[1000:1500]
    assert reader.troubles == [f"{path}: was cut while it was read ({len(CONTENT)} bytes at the start, 1500 then)"]


def test_a_file_that_is_cut_after_it_was_read_says_so_too(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with source(path).open() as reader:
        assert b"".join(pieces(reader)) == CONTENT
        os.truncate(path, 0)
    assert len(reader.troubles) == 1


def test_a_file_that_is_rotated_under_the_reader_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with source(path).open() as reader:
        blocks = pieces(reader, 1000)
        first = next(blocks)
        path.rename(tmp_path / "log.1")
        path.write_bytes(b"new\n")
        assert first + b"".join(blocks) == CONTENT
    assert reader.troubles == []


def test_a_set_that_is_rotated_before_it_is_opened_is_read_once(tmp_path: Path) -> None:
    for name, content in (("log.2", b"older\n"), ("log.1", b"old\n"), ("log", b"now\n")):
        (tmp_path / name).write_bytes(content)
    found = find([str(tmp_path)])
    for former, later in (("log.2", "log.3"), ("log.1", "log.2"), ("log", "log.1")):
        (tmp_path / former).rename(tmp_path / later)
    (tmp_path / "log").write_bytes(b"new\n")
    read = b""
    for each in found.sources:
        with each.open() as reader:
            read += b"".join(pieces(reader))
    assert read == b"older\nold\nnow\n"


@pytest.mark.parametrize("another", [True, False])
def test_a_file_that_is_gone_before_it_is_opened_is_said(tmp_path: Path, another: bool) -> None:
    path = tmp_path / "log"
    found = source(path)
    kept = path.open("rb")  # its number is not given to another file
    path.unlink()
    if another:
        path.write_bytes(b"new\n")
    with kept, pytest.raises(InputError, match="rotated away" if another else "no such file"):
        found.open()


def test_a_disk_that_fails_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with source(tmp_path / "log").open() as reader:
        monkeypatch.setattr(os, "preadv", broken)
        assert list(pieces(reader)) == []
        assert list(pieces(reader)) == []
    assert reader.troubles == [f"{tmp_path / 'log'}: input/output error at byte 0; the rest of this part is not read"]


def test_a_part_of_a_file_begins_where_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(CONTENT)
    with PlainReader(os.open(path, os.O_RDONLY), len(CONTENT) - 7, "log", base=7) as reader:
        assert b"".join(pieces(reader, 100)) == CONTENT[7:]
    reader.close()
    assert reader.troubles == []


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    with source(tmp_path / "log", b"").open() as reader:
        assert reader.read_into(memoryview(bytearray(10)), 0) == 0
    assert reader.troubles == []
