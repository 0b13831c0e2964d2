import gzip
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from why502.vantage.blocks import following
from why502.vantage.blocks.contract import InputError
from why502.vantage.blocks.following import LONGEST, QUIET, Following, Lines
from why502.vantage.blocks.naming import find
from why502.vantage.blocks.standard_input import StandardInput


class Log:
    """A log that is written to and followed."""

    def __init__(self, path: Path, before: bytes = b"", *, from_start: bool = False) -> None:
        self.path = path
        path.write_bytes(before)
        self.writer = path.open("ab", buffering=0)
        self.following = Following(find([str(path)]).sources, from_start=from_start)

    def seen(self) -> bytes:
        return b"".join(piece.data for piece in self.following.look())

    def ended(self) -> bytes:
        self.writer.close()
        return b"".join(piece.data for piece in self.following.close())


@given(data=st.lists(st.binary(max_size=40).map(lambda each: each.replace(b"x", b"\n")), max_size=20))
def test_lines_are_handed_on_whole_and_each_once(data: list[bytes]) -> None:
    lines, made = Lines(), []
    for each in data:
        made.append(lines.add(each))
        assert made[-1][-1:] in (b"", b"\n")
    whole = b"".join(data)
    assert b"".join(made) == whole[: whole.rfind(b"\n") + 1]
    assert b"".join(made) + lines.rest() in (whole, whole + b"\n")


def test_the_rest_of_an_endless_line_passes_for_none() -> None:
    lines = Lines()
    assert lines.add(b"a" * LONGEST) == b""
    assert lines.add(b"b") == b"a" * LONGEST + b"b\n"
    assert lines.add(b"10.0.0.1 - imitated 502") == b""
    assert lines.add(b" 502\ntrue line\n") == b"true line\n"
    assert lines.rest() == b""


def test_what_is_appended_is_seen_from_the_end_on(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", b"before\nbegun ")
    assert log.seen() == b""
    log.writer.write(b"and ended\nnext\nnot ended")
    assert log.seen() == b"begun and ended\nnext\n"
    assert log.seen() == b""
    assert log.ended() == b"not ended\n"
    assert log.following.troubles == []


def test_from_the_start_all_is_seen(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", b"before\n", from_start=True)
    log.writer.write(b"after\n")
    assert log.seen() == b"before\nafter\n"
    assert log.ended() == b""


def test_over_a_rotation_by_renaming_nothing_is_lost(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.writer.write(b"one\n")
    log.path.rename(tmp_path / "log.1")
    log.writer.write(b"two\nthr")
    assert log.seen() == b"one\ntwo\n"
    log.writer.write(b"ee\n")
    log.path.write_bytes(b"first\n")
    assert log.seen() == b"three\n"
    # Its writer has not let go of the former file yet.
    log.writer.write(b"four\nfive")
    assert sorted(log.seen().splitlines()) == [b"first", b"four"]
    assert b"".join(log.seen() for _ in range(QUIET + 1)) == b"five\n"
    log.writer.write(b"too late\n")
    with log.path.open("ab") as writer:
        writer.write(b"second\n")
    assert log.seen() == b"second\n"
    assert log.ended() == b""
    assert log.following.troubles == []


def test_a_former_file_is_let_go_of(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", b"x\n")
    before = len(os.listdir("/proc/self/fd"))
    log.path.rename(tmp_path / "log.1")
    log.path.write_bytes(b"")
    for _ in range(QUIET + 2):
        log.seen()
    assert len(os.listdir("/proc/self/fd")) == before
    log.ended()


@pytest.mark.parametrize("longer", [False, True])
def test_a_cut_file_is_begun_anew(tmp_path: Path, longer: bool) -> None:
    log = Log(tmp_path / "log")
    log.writer.write(b"one\ntw")
    assert log.seen() == b"one\n"
    os.truncate(log.path, 0)
    # Also where it has grown beyond the place that was reached, since.
    log.writer.write(b"a new line\n" * (100 if longer else 0) + b"n\n")
    assert log.seen() == b"tw\n" + b"a new line\n" * (100 if longer else 0) + b"n\n"
    assert log.following.troubles == [f"{log.path}: was cut while it was followed; it is read from its beginning"]
    log.ended()


def test_what_was_copied_and_cut_between_two_looks_is_read_in_the_copy(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    (tmp_path / "log.2").write_bytes(b"an older copy, to be read over\n" * 100)
    log.writer.write(b"a line that was seen\n" * 10 + b"half")
    assert log.seen() == b"a line that was seen\n" * 10
    log.writer.write(b" a line\nnot seen\nbroken")
    (tmp_path / "log.1").write_bytes(log.path.read_bytes())
    os.truncate(log.path, 0)
    log.writer.write(b"new\n")
    assert log.seen() == b"half a line\nnot seen\nbroken\nnew\n"
    assert log.seen() == b""
    log.ended()


def test_the_hole_of_a_writer_that_keeps_its_place_is_not_its_line(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", b"")
    with log.path.open("r+b", buffering=0) as keeping:
        keeping.write(b"one line\n" * 100_000)
        while log.seen():
            pass
        os.truncate(log.path, 0)
        keeping.write(b"new\n")
        assert log.seen() == b"new\n"
        keeping.write(b"newer\n")
        assert log.seen() == b"newer\n"
    log.ended()


def test_a_file_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.path.unlink()
    log.writer.write(b"still there\n")
    assert log.seen() == b"still there\n"
    assert log.seen() == b""
    log.path.write_bytes(b"again\n")
    assert log.seen() + log.seen() == b"again\n"
    log.ended()


def test_a_line_that_is_too_long_to_find_its_begin_is_left(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", b"a" * (LONGEST + 1))
    log.writer.write(b"a\nnext\n")
    assert log.seen() == b"next\n"
    log.ended()


def test_much_is_read_in_pieces_and_others_are_not_kept_waiting(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"a line\n" * 500_000)
    (tmp_path / "small").write_bytes(b"one\n")
    both = Following(find([str(tmp_path)]).sources, from_start=True)
    first = both.look()
    assert {Path(piece.name).name for piece in first} == {"big", "small"}
    assert sum(len(piece.data) for piece in first) <= following.PIECE + 4
    count = sum(len(piece.data) for piece in first)
    while pieces := both.look():
        count += sum(len(piece.data) for piece in pieces)
    assert count == 3_500_004
    assert list(both.close()) == []


def test_it_goes_on_until_it_is_told_to_stop(tmp_path: Path) -> None:
    log, stop = Log(tmp_path / "log", b"one\nrest", from_start=True), threading.Event()
    read = []
    for piece in log.following.until(stop, every=0.001):
        read.append(piece.data)
        if piece.data == b"one\n":
            log.writer.write(b" ended\ntwo\nheld")
            stop.set()
    assert b"".join(read) == b"one\nrest ended\ntwo\nheld\n"
    log.writer.close()


def test_it_ends_with_the_pipes_it_follows(tmp_path: Path) -> None:
    here, there = os.pipe()
    os.write(there, b"one\ntwo")
    os.close(there)
    pieces = list(Following([StandardInput(number=here)]).until(threading.Event(), every=0.001))
    assert [(piece.name, piece.data) for piece in pieces] == [
        ("standard input", b"one\n"),
        ("standard input", b"two\n"),
    ]
    os.close(here)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_followed_is_refused_and_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x\n")
    (tmp_path / "b.log.gz").write_bytes(gzip.compress(b"x\n"))
    sources = find([str(tmp_path)]).sources
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(InputError, match="compressed files are not followed"):
        Following(sources)
    assert len(os.listdir("/proc/self/fd")) == before


@given(
    steps=st.lists(st.sampled_from(["write", "part", "look", "rename", "create"]), max_size=60),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_the_order_each_line_is_seen_once(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    path = tmp_path_factory.mktemp("followed") / "log"
    path.write_bytes(b"")
    writer, moved, written, seen = path.open("ab", buffering=0), 0, b"", b""
    followed = Following(find([str(path)]).sources)
    for count, step in enumerate(steps):
        if step == "write":
            writer.write(b"line %d\n" % count)
            written += b"line %d\n" % count
        elif step == "part":
            writer.write(b"part %d " % count)
            written += b"part %d " % count
        elif step == "look":
            seen += b"".join(piece.data for piece in followed.look())
        elif step == "rename" and path.exists():
            moved += 1
            path.rename(path.with_suffix(f".{moved}"))
        elif step == "create" and not path.exists():
            writer.write(b"\n")
            written += b"\n"
            writer.close()
            writer = path.open("ab", buffering=0)
            # One that is renamed away before anybody looked is not to be found by its name.
            seen += b"".join(piece.data for _ in range(2) for piece in followed.look())
    writer.write(b"\n")
    writer.close()
    seen += b"".join(piece.data for piece in followed.look())
    seen += b"".join(piece.data for piece in followed.look())
    seen += b"".join(piece.data for piece in followed.close())
    assert sorted(seen.splitlines()) == sorted((written + b"\n").splitlines())
