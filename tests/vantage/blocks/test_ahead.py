import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantage.blocks.packing import Given
from why502.vantage.blocks import ahead
from why502.vantage.blocks.ahead import BLOCKS, Ahead
from why502.vantage.blocks.contract import StreamReader, pieces


@given(content=st.binary(max_size=300), step=st.integers(1, 50), block=st.integers(1, 60), most=st.integers(1, 70))
def test_what_is_read_ahead_is_what_is_there(content: bytes, step: int, block: int, most: int) -> None:
    with Ahead(Given(content, step), block) as reader:
        assert b"".join(pieces(reader, most)) == content


class Endless(StreamReader):
    def __init__(self) -> None:
        super().__init__()
        self.count, self.closed, self.full = 0, False, threading.Event()

    def read(self, most: int) -> bytes:
        self.count += 1
        if self.count > BLOCKS:
            self.full.set()
        return b"x" * most

    def close(self) -> None:
        self.closed = True


def test_only_a_few_blocks_wait_and_closing_ends_the_thread() -> None:
    endless = Endless()
    reader = Ahead(endless, 10)
    assert endless.full.wait(30)
    assert endless.count <= BLOCKS + 2
    reader.close()
    assert endless.closed
    assert reader.read(10) == b""
    assert not [each for each in threading.enumerate() if each.name == "why502-ahead"]


class Breaking(Given):
    def read(self, most: int) -> bytes:
        piece = super().read(most)
        if not piece:
            raise RuntimeError("broken\nin two lines")
        return piece


def test_what_a_foreign_reader_raises_is_a_trouble() -> None:
    reader = Ahead(Breaking(b"abc", 1), 1)
    assert b"".join(pieces(reader)) == b"abc"
    assert reader.troubles == ["RuntimeError: broken in two lines"]
    reader.close()


class Waiting(Given):
    """Waits for what does not come, and does not listen."""

    def __init__(self) -> None:
        super().__init__(b"")
        self.come = threading.Event()

    def read(self, most: int) -> bytes:
        self.come.wait(60)
        return b""


def test_closing_waits_for_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "GRACE", 0.01)
    waiting = Waiting()
    reader = Ahead(waiting)
    (thread,) = [each for each in threading.enumerate() if each.name == "why502-ahead"]
    reader.close()
    assert thread.is_alive()
    waiting.come.set()
    thread.join(30)
    assert waiting.closed
    assert not thread.is_alive()
