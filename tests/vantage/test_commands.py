"""Only commands of the closed set, only the system's own programs, only harmless arguments."""

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import NOW
from why502.vantage import commands
from why502.vantage.base import No, Raw, ReadOnly, Refusal
from why502.vantage.commands import binary, filled, run


@pytest.mark.parametrize(
    "argument",
    [
        "-h",
        "--help",
        "-",
        "",
        "a;b",
        "a|b",
        "$(id)",
        "`id`",
        "a&b",
        "a>b",
        "a\nb",
        "*",
        "a?",
        "[a]",
        "a'",
        'a"',
        "~",
        "#a",
        "é",
    ],
)
def test_options_and_words_for_a_shell_are_refused(argument: str) -> None:
    assert filled(ReadOnly.UNIT, (argument,)) is None


@given(st.text(max_size=30))
def test_whatever_is_taken_is_one_harmless_word(argument: str) -> None:
    words = filled(ReadOnly.UNIT, (argument,))
    if words is not None:
        assert words == ["systemctl", "show", "--no-pager", "--", argument]
        assert not argument.startswith("-")
        assert not set(argument) & set("|&;<>()$`\"'*?[]#~=%!{}\n\r\t\0")


def test_as_many_arguments_as_the_command_has_places() -> None:
    assert filled(ReadOnly.UNIT, ()) is None
    assert filled(ReadOnly.UNIT, ("a", "b")) is None
    assert filled(ReadOnly.KERNEL_LOG, ("a",)) is None
    assert filled(ReadOnly.UNIT_JOURNAL, ("2026-11-21 12:00:00", "a@b.service")) is not None


def program(directory: Path, text: str = "#!/bin/sh\nexit 0\n", name: str = "tool") -> Path:
    path = directory / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_program_that_others_could_have_written_is_not_taken(tmp_path: Path) -> None:
    system = Path("/usr/bin")
    assert binary("env") is not None
    path = program(tmp_path)
    assert binary("tool", (str(tmp_path),)) is None, "a parent directory can be written by everybody"
    assert stat.S_IMODE(Path("/tmp").stat().st_mode) & 0o002
    assert binary("nothing-of-that-name", (str(system),)) is None
    assert binary(str(path)) is None


def test_a_program_of_another_user_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "OTHERS_WRITE", 0)  # the directory for temporary files can be written by everybody
    path = program(tmp_path)
    if os.geteuid() == 0:
        assert binary("tool", (str(tmp_path),)) == str(path)
        os.chown(path, 33, 33)
    assert binary("tool", (str(tmp_path),)) is None


def shell(text: str, seconds: float = 5.0, most: int = 1 << 20) -> Raw | Refusal:
    return run("/bin/sh", ["sh", "-c", text], NOW, seconds, most)


def test_the_environment_is_clean() -> None:
    os.environ["LD_PRELOAD_CANARY"] = "1"
    try:
        got = run("/usr/bin/env", ["env"], NOW)
    finally:
        del os.environ["LD_PRELOAD_CANARY"]
    assert isinstance(got, Raw)
    names = {line.partition("=")[0] for line in got.data.decode().splitlines()}
    assert names == {"PATH", "LC_ALL", "TZ", "SYSTEMD_COLORS"}
    assert b"LC_ALL=C\n" in got.data


def test_it_gets_no_input_and_no_directory_of_ours() -> None:
    got = shell("cat; pwd")
    assert isinstance(got, Raw)
    assert got.data == b"/\n"


def test_one_that_takes_too_long_is_ended_with_all_that_it_started() -> None:
    got = shell("echo $$; sleep 60 & sleep 60", seconds=0.3)
    assert isinstance(got, Refusal)
    assert got.no is No.TIMED_OUT


def test_one_that_closes_its_output_and_stays_is_ended() -> None:
    got = shell("exec >&- 2>&-; sleep 60", seconds=0.3)
    assert isinstance(got, Refusal)
    assert got.no is No.TIMED_OUT


def test_one_that_writes_for_ever_is_cut() -> None:
    got = shell("yes", most=10_000)
    assert isinstance(got, Raw)
    assert got.cut
    assert len(got.data) == 10_000


def test_complaints_are_told_and_bounded() -> None:
    got = shell("echo 'Operation not permitted' >&2; exit 1")
    assert isinstance(got, Refusal)
    assert got.no is No.DENIED
    got = shell("yes x | head -c 1000000 >&2; exit 3")
    assert isinstance(got, Refusal)
    assert got.no is No.FAILED
    assert len(got.text) <= 500


def test_output_counts_even_where_the_status_is_bad() -> None:
    got = shell("echo a; exit 3")
    assert isinstance(got, Raw)
    assert (got.data, got.status, got.cut) == (b"a\n", 3, False)


def test_a_program_that_is_none_is_refused(tmp_path: Path) -> None:
    got = run(str(program(tmp_path, "no program")), ["tool"], NOW)
    assert isinstance(got, Refusal)
    assert isinstance(run(sys.executable + "-none", ["x"], NOW), Refusal)
