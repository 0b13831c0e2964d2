import os
import threading

from why502.vantage.blocks.contract import pieces
from why502.vantage.blocks.pipe import PipeReader


def test_a_pipe_is_read_to_its_end() -> None:
    here, there = os.pipe()
    with PipeReader(here, "pipe") as reader:
        os.write(there, b"one")
        assert reader.read(2) == b"on"
        assert reader.now(10) == b"e"
        assert reader.now(10) == b""
        assert not reader.over
        os.write(there, b"two")
        os.close(there)
        assert b"".join(pieces(reader)) == b"two"
        assert reader.over
    assert reader.troubles == []


def test_a_reader_that_waits_is_stopped_by_another_thread() -> None:
    here, there = os.pipe()
    read: list[bytes] = []
    with PipeReader(here, "pipe") as reader:
        waiting = threading.Thread(target=lambda: read.append(reader.read(10)))
        waiting.start()
        reader.stop()
        waiting.join(30)
        assert read == [b""]
        assert reader.stopped
    os.close(there)
    reader.close()


def test_what_cannot_be_read_is_a_trouble() -> None:
    number = os.open("/", os.O_RDONLY)
    with PipeReader(number, "folder") as reader:
        assert reader.read(10) == b""
    assert reader.troubles == ["folder: is a directory; the rest is not read"]
