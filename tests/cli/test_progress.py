import io
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.cli.progress import can_turn, columns, frame, watching
from why502.report.layout import cells


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


@pytest.mark.parametrize(
    ("term", "tty", "turns"), [("xterm", True, True), ("dumb", True, False), ("xterm", False, False)]
)
def test_it_turns_only_where_a_line_can_be_taken_back(
    monkeypatch: pytest.MonkeyPatch, term: str, tty: bool, turns: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(terminal, "isatty", lambda: tty)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", term)
    assert can_turn() is turns


def test_without_a_terminal_it_is_as_wide_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    assert columns() == 80


@given(st.text(max_size=200), st.integers(0, 6000), st.integers(2, 200))
def test_its_line_never_wraps(shown: str, number: int, wide: int) -> None:
    assert cells(frame(shown, number, wide)) < wide


def test_a_long_target_is_cut_and_the_time_is_not() -> None:
    assert frame("http://shop.example.com/cart", 12, 40) == "| looking at http://shop.exa... (1.2 s)"
    assert frame("http://a.example/", 12, 80) == "| looking at http://a.example/ (1.2 s)"


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
