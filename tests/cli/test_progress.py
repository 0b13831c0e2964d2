import io
import threading
import time

import pytest

from why502.cli.progress import watching


class Terminal(io.StringIO):
    """Notes what was written, and says when something was."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def flush(self) -> None:
        if self.getvalue():
            self.written.set()


def test_it_shows_that_something_goes_on_and_leaves_an_empty_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with watching("http://shop\x1b[2J/", on=True):
        assert terminal.written.wait(5)
    shown = terminal.getvalue()
    assert "looking at http://shop\\x1b[2J/" in shown
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_off_it_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    began = time.monotonic()
    with watching("x", on=False):
        pass
    assert terminal.getvalue() == ""
    assert time.monotonic() - began < 5


def test_it_ends_with_the_block_also_by_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    before = threading.active_count()
    with pytest.raises(KeyError), watching("x", on=True):
        raise KeyError
    assert threading.active_count() == before
