"""Every way a command can end."""

import os
import subprocess
import sys

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from why502.cli import running
from why502.cli.explain import all_causes
from why502.cli.running import run
from why502.observations.failure import FailureId

KNOWN = {failure.value for failure in FailureId} | {cause.id for cause in all_causes()}


@pytest.fixture
def broken_command(monkeypatch: pytest.MonkeyPatch) -> object:
    """Let the group raise what a test wants."""

    def prepare(error: BaseException) -> None:
        def main(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(running.why502_command, "main", main)

    return prepare


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["dem"], "'dem' is neither a command nor an address; did you mean 'demo'?"),
        (["xyzzy"], "http://xyzzy/"),
        (["demo", "--nope"], "--nope"),
        (["demo", "no-such-fault"], "no-such-fault"),
        (["explain"], "ID"),
        (["explain", "connect-refusd"], "connect-refused"),
    ],
)
def test_a_wrong_word_is_named_in_one_line(words: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    captured = capsys.readouterr()
    assert named in captured.err
    assert captured.err.startswith("why502: ")
    assert captured.err.count("\n") == 1
    assert not captured.out


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(min_size=1).filter(lambda word: not word.startswith("-") and word not in KNOWN))
def test_no_word_makes_a_traceback_or_moves_the_cursor(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", word]) == 2
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert shown[:-1].isprintable()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.FileError("x.log", "No such file"), 2),
        (OSError(28, "No space left on device"), 3),
        (RuntimeError("what\never"), 3),
        (OSError(2, "No such file or directory"), 3),
    ],
)
def test_every_error_has_its_status(
    broken_command: object, error: BaseException, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    broken_command(error)  # type: ignore[operator]
    assert run(["demo"]) == status
    assert capsys.readouterr().err.count("\n") <= 1


def test_a_fault_of_its_own_is_owned_up_to(broken_command: object, capsys: pytest.CaptureFixture[str]) -> None:
    broken_command(RuntimeError("lost"))  # type: ignore[operator]
    run(["demo"])
    assert capsys.readouterr().err.startswith("why502: a fault of its own: RuntimeError: lost (report it")
    run(["demo", "-v"])
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_left_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "why502", "schema"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
