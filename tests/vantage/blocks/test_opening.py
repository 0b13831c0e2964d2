import os
import socket
from pathlib import Path

import pytest

from why502.vantage.blocks.contract import InputError
from why502.vantage.blocks.opening import opened, said, unfit, visible


def test_a_file_is_opened_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    os.utime(path, (1, 2))
    number, info = opened(str(path))
    assert os.read(number, 2) == b"x"
    assert info.st_size == 1
    assert not os.get_inheritable(number)
    os.close(number)
    assert path.stat().st_atime == 1


def test_a_link_is_followed_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    number, _ = opened(str(tmp_path / "link"))
    os.close(number)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing", "no such file"),
        ("folder", "a directory"),
        ("socket", "a socket"),
        ("/dev/zero", "a device"),
        ("a\0b", "not a name"),
        ("loop", "symbolic links"),
        ("x" * 300, "too long"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket"))
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(InputError, match=why) as met:
            opened(os.path.join(tmp_path, name))
    assert str(met.value).isprintable()
    assert len(os.listdir("/proc/self/fd")) == before - 1


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    path.chmod(0)
    if os.geteuid() != 0:
        with pytest.raises(InputError, match="permission denied"):
            opened(str(path))
        return
    os.chmod(tmp_path.parent.parent, 0o755)
    os.chmod(tmp_path.parent, 0o755)
    os.chmod(tmp_path, 0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(InputError, match="permission denied"):
            opened(str(path))
    finally:
        os.seteuid(0)


def test_a_file_of_somebody_else_is_read_although_its_time_cannot_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    if os.geteuid() != 0:
        path = Path("/etc/passwd")
    for folder in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        if os.geteuid() == 0:
            os.chmod(folder, 0o755)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        os.close(opened(str(path))[0])
    finally:
        if root:
            os.seteuid(0)


def test_words() -> None:
    assert said(OSError(5, "Input/output error")) == "input/output error"
    assert said(OSError()) == "oserror"
    assert visible("a\n\x1b[31m\udc80é") == "a\\n\\x1b[31m\\udc80é"
    assert unfit(os.stat("/dev/null")) == "a device"
