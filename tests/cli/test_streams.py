"""Streams that the caller has closed, in processes of their own: pytest needs its streams."""

import subprocess
import sys

import pytest

from why502.cli.streams import is_open

CLOSING = """
import os, sys
for each in sys.argv.pop(1):
    os.close(int(each))
os.execv(sys.argv[1], sys.argv[1:])
"""


def closed(numbers: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with these of its standard streams closed."""
    command = [sys.executable, "-c", CLOSING, numbers, sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["schema"], ["explain", "connect-refused"]])
def test_a_report_that_nobody_can_get_is_said_not_to_be_written(words: list[str]) -> None:
    done = closed("1", "-m", "why502", *words)
    assert (done.returncode, done.stderr) == (3, "why502: cannot write: Bad file descriptor\n")


def test_messages_may_be_lost() -> None:
    assert closed("2", "-m", "why502", "--version").stdout.startswith("why502 ")
    assert closed("2", "-m", "why502", "nonsense").returncode == 2
    assert closed("12", "-m", "why502", "nonsense").returncode == 2


def test_standard_input_is_empty() -> None:
    done = closed("0", "-m", "why502", "--data", "@-", "--no-probe", "-q", "http://127.0.0.1:1/")
    assert (done.returncode, done.stderr) == (3, "")


def test_no_file_of_ours_gets_their_numbers() -> None:
    code = "import os; from why502.cli.streams import stand_in; stand_in(); os._exit(os.open('/dev/null', os.O_RDONLY))"
    assert closed("012", "-c", code).returncode > 2


def test_an_open_one_is_told_from_a_closed_one() -> None:
    assert is_open(1)
    assert not is_open(1 << 19)
