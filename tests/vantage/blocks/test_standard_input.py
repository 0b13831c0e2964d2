import gzip
import os
import subprocess
import threading
from pathlib import Path

import pytest

from why502.vantage.blocks.contract import InputError, pieces
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.standard_input import NAME, PipeSource, StandardInput


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_is_piped_in_is_read_compressed_or_not(pack: "type[bytes]") -> None:
    content = b"".join(b"line %d\n" % number for number in range(100_000))
    here, there = os.pipe()

    def write() -> None:
        with os.fdopen(there, "wb") as pipe:
            pipe.write(pack(content))

    writing = threading.Thread(target=write)
    writing.start()
    with StandardInput(number=here).open() as reader:
        assert b"".join(pieces(reader, 777)) == content
    writing.join()
    assert reader.troubles == []
    os.close(here)


def test_a_file_that_is_redirected_is_read_from_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\ntwo\n")
    number = os.open(tmp_path / "log", os.O_RDONLY)
    os.lseek(number, 4, os.SEEK_SET)
    with StandardInput(number=number).open() as reader:
        assert b"".join(pieces(reader)) == b"two\n"
    os.close(number)


def test_a_compressed_stream_that_breaks_off_is_said_by_its_name() -> None:
    here, there = os.pipe()
    os.write(there, gzip.compress(b"one\n" * 100)[:-12])
    os.close(there)
    with StandardInput(number=here).open() as reader:
        b"".join(pieces(reader))
    assert reader.troubles == [f"{NAME}: the gzip stream ends too early; it is read as far as it goes"]
    os.close(here)


def test_what_is_no_input_is_refused(tmp_path: Path) -> None:
    number = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(InputError, match="standard input: a directory"):
        StandardInput(number=number).open()
    os.close(number)
    with pytest.raises(InputError, match="standard input: bad file descriptor"):
        StandardInput(number=number).open()


def test_a_named_pipe_is_waited_for_and_read_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    found = find([str(path), str(path)])
    (source,) = found.sources
    assert isinstance(source, PipeSource)
    read: list[bytes] = []

    def work() -> None:
        with source.open() as reader:
            read.append(b"".join(pieces(reader)))

    reading = threading.Thread(target=work)
    reading.start()
    subprocess.run(["sh", "-c", 'printf "one\\ntwo\\n" > "$0"', str(path)], check=True, timeout=30)
    reading.join(30)
    assert read == [b"one\ntwo\n"]
