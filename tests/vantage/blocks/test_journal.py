import os
from pathlib import Path

import pytest

from why502.vantage import commands
from why502.vantage.blocks import journal
from why502.vantage.blocks.contract import InputError, pieces
from why502.vantage.blocks.journal import JournalSource, find, started


def test_a_name_says_the_unit() -> None:
    assert find("journal:") == JournalSource()
    assert find("journal:nginx.service") == find("journald://nginx.service") == JournalSource(unit="nginx.service")
    assert find("journal:a@b.service").name == "journal:a@b.service"


@pytest.mark.parametrize("unit", ["--flush", "a;b", "*", "//a\nb", "a" * 999])
def test_what_is_no_unit_is_refused(unit: str) -> None:
    with pytest.raises(InputError, match="not a name of a unit") as met:
        find(f"journal:{unit}")
    assert str(met.value).isprintable()


def test_only_what_is_read_is_asked_for() -> None:
    words = JournalSource(unit="nginx.service", since=1_763_640_000, following=True).words()
    assert words[-1] == "--unit=nginx.service"
    assert {"--since=@1763640000", "--follow", "--no-tail", "--output=short-iso", "--utc"} <= set(words)
    assert "--lines=0" in JournalSource(following=True).words()
    assert "--follow" not in JournalSource().words()
    assert all(word.startswith("--") for word in words)


def script(folder: Path, text: str) -> list[str]:
    (folder / "journalctl").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "journalctl").chmod(0o755)
    return [str(folder / "journalctl"), *journal.WORDS]


def test_its_lines_are_streamed(tmp_path: Path) -> None:
    words = script(tmp_path, 'echo "$@" $LC_ALL; seq 200000')
    with started(words, "journal:") as reader:
        lines = b"".join(pieces(reader, 1000)).splitlines()
    assert lines[0] == b"--no-pager --quiet --all --output=short-iso --utc C"
    assert len(lines) == 200_001
    assert reader.troubles == []


def test_what_it_complains_about_is_a_trouble(tmp_path: Path) -> None:
    words = script(tmp_path, "echo No journal files were opened due to insufficient permissions. >&2; exit 1")
    with started(words, "journal:x") as reader:
        assert reader.read(10) == b""
    reader.close()
    assert reader.troubles == ["journal:x: No journal files were opened due to insufficient permissions."]
    with started(script(tmp_path, "exit 3"), "journal:x") as reader:
        assert reader.read(10) == b""
    assert reader.troubles == ["journal:x: exit status 3"]


def test_one_that_goes_on_is_ended_with_the_reader(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    reader = started(script(tmp_path, "echo one; echo much >&2; exec sleep 1000"), "journal:")
    assert reader.read(10) == b"one\n"
    reader.stop()
    reader.close()
    assert reader.troubles == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_machine_without_a_journal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "binary", lambda name: commands.binary(name, (str(tmp_path),)))
    with pytest.raises(InputError, match="journal:nginx: there is no journalctl here"):
        JournalSource(unit="nginx").open()
    with pytest.raises(InputError, match="journal:: no such file"):
        started([str(tmp_path / "missing")], "journal:")


def test_the_real_one_takes_what_it_is_told() -> None:
    if commands.binary("journalctl") is None:
        pytest.skip("no journalctl")
    with JournalSource(unit="no-such-unit-here.service", since=0).open() as reader:
        assert b"".join(pieces(reader)).count(b"\n") <= 1
    assert not [each for each in reader.troubles if "nrecognized" in each or "nvalid" in each or "nknown" in each]
