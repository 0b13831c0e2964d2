"""What turns on standard error, and is gone afterwards."""

import io
import threading
import time
from types import SimpleNamespace

import pytest

from why502.cli import progress
from why502.cli.progress import watching


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(progress, "EVERY", 0.005)
    stream = io.StringIO()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream))
    return stream


def until_turned(stream: io.StringIO, times: int = 3) -> None:
    ends = time.monotonic() + 10
    while stream.getvalue().count("looking at") < times:
        assert time.monotonic() < ends
        threading.Event().wait(0.005)


def test_it_turns_while_it_looks_and_takes_itself_away(shown: io.StringIO) -> None:
    with watching("http://shop.test/", on=True):
        until_turned(shown)
    text = shown.getvalue()
    assert "looking at http://shop.test/ (" in text
    assert text.endswith("\r\x1b[K")
    assert "\n" not in text
    assert "_turn" not in str(threading.enumerate())


def test_it_takes_itself_away_after_a_failure_too(shown: io.StringIO) -> None:
    with pytest.raises(KeyboardInterrupt), watching("x", on=True):
        raise KeyboardInterrupt
    assert shown.getvalue().endswith("\r\x1b[K")


def test_a_hostile_target_moves_no_cursor(shown: io.StringIO) -> None:
    with watching("http://a/\x1b]0;title\x07" + "x" * 500, on=True):
        until_turned(shown, 1)
    assert "\x1b]0" not in shown.getvalue()
    assert "\x07" not in shown.getvalue()
    assert "x" * 100 not in shown.getvalue()


def test_where_nobody_looks_nothing_is_shown(shown: io.StringIO) -> None:
    with watching("x", on=False):
        assert not shown.getvalue()
    assert not shown.getvalue()
