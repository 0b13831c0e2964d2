"""No path leads out of the root that it is opened in, and nothing but a regular file is opened."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.observations.want import User
from why502.vantage.inside import open_regular, walk
from why502.vantage.refusing import NotRegularError

WWW = User(uid=33, gid=33)
INNER = b"of the container"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a shadow of its own, beside a secret that is not in it."""
    inner = tmp_path / "root"
    (inner / "etc").mkdir(parents=True)
    (inner / "etc/shadow").write_bytes(INNER)
    (inner / "log").mkdir()
    (tmp_path / "secret").write_text("outside")
    return inner


@pytest.fixture(autouse=True)
def closes_what_it_opens() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


def content(root: Path, path: str, user: User | None = None) -> bytes:
    opened = open_regular(str(root), path, user)
    try:
        return os.read(opened, 4096)
    finally:
        os.close(opened)


@pytest.mark.parametrize(
    "target",
    ["/etc/shadow", "../../../../../../etc/shadow", "../etc/shadow", "/../../etc/./shadow", "/log/../etc/shadow"],
)
def test_a_link_stays_inside(root: Path, target: str) -> None:
    (root / "log/error.log").symlink_to(target)
    assert content(root, "/log/error.log") == INNER


@pytest.mark.parametrize("target", ["../../../../../../../../../../../..", "/", "/.."])
def test_a_linked_directory_stays_inside(root: Path, target: str) -> None:
    (root / "log/up").symlink_to(target)
    assert content(root, "/log/up/etc/shadow") == INNER
    with pytest.raises(FileNotFoundError):
        content(root, "/log/up/secret")


def test_dots_stay_inside(root: Path) -> None:
    assert content(root, "/../../../etc/shadow") == INNER
    with pytest.raises(FileNotFoundError):
        content(root, "/../secret")


def test_a_link_of_proc_leads_nowhere(root: Path) -> None:
    (root / "log/a").symlink_to(f"/proc/{os.getpid()}/root/etc/hostname")
    (root / "log/b").symlink_to(f"/proc/{os.getpid()}/cwd")
    for name in ("/log/a", "/log/b"):
        with pytest.raises(OSError, match="No such file"):
            content(root, name)


def test_our_own_output_is_not_taken_for_the_gateways(tmp_path: Path) -> None:
    for path in ("/dev/stderr", "/proc/self/status", "/dev/fd/2"):
        with pytest.raises((FileNotFoundError, NotRegularError)):
            content(Path("/"), path)


def test_what_is_no_regular_file_is_never_opened(root: Path) -> None:
    os.mkfifo(root / "log/fifo")
    if os.geteuid() == 0:
        os.mknod(root / "log/zero", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    else:
        (root / "log/zero").mkdir()
    (root / "log/link").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "log/socket"))
        for name in ("fifo", "zero", "socket", "link", "."):
            with pytest.raises(NotRegularError):
                content(root, f"/log/{name}")


def test_tables_of_the_kernel_are_no_files_even_by_a_link(root: Path) -> None:
    (root / "kmsg").symlink_to("/proc/kmsg")
    with pytest.raises(NotRegularError):
        content(Path("/"), str(root / "kmsg"))


def test_loops_and_endless_paths_end(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    (root / "grow").symlink_to("grow/grow")
    for path in ("/a", "/grow", "/x" * 10_000, "/../" * 10_000, "/etc/../" * 10_000):
        with pytest.raises(OSError, match=r"too many|No such file"):
            content(root, path)


def test_names_that_cannot_be_are_plain_errors(root: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        content(root, "/" + "x" * 300)
    for path in ("", "/etc/shadow/x"):
        with pytest.raises((FileNotFoundError, NotADirectoryError)):
            content(root, path)
    with pytest.raises(ValueError, match="null"):
        content(root, "/a\0b")


def test_the_last_link_is_looked_at_where_it_is_not_followed(root: Path) -> None:
    (root / "l").symlink_to("/etc")
    opened = walk(str(root), "/l", follow=False)
    assert os.readlink("", dir_fd=opened) == "/etc"
    os.close(opened)


def test_what_the_user_may_not_read_is_refused_though_we_may(root: Path) -> None:
    (root / "etc/shadow").chmod(0o640)
    with pytest.raises(PermissionError):
        content(root, "/etc/shadow", WWW)
    assert content(root, "/etc/shadow") == INNER
    assert content(root, "/etc/shadow", User(uid=0, gid=0)) == INNER
    (root / "etc/shadow").chmod(0o644)
    assert content(root, "/etc/shadow", WWW) == INNER
    (root / "etc").chmod(0o700)
    with pytest.raises(PermissionError):
        content(root, "/etc/shadow", WWW)


def test_a_link_to_what_the_user_may_not_read_is_refused(root: Path) -> None:
    (root / "etc/shadow").chmod(0o600)
    (root / "log/error.log").symlink_to("/etc/shadow")
    with pytest.raises(PermissionError):
        content(root, "/log/error.log", WWW)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_groups_count(root: Path) -> None:
    file = root / "etc/shadow"
    os.chown(file, 33, 34)
    for mode, user, allowed in (
        (0o400, WWW, True),
        (0o044, WWW, False),
        (0o040, User(uid=7, gid=34), True),
        (0o040, User(uid=7, gid=1, groups=(34,)), True),
        (0o404, User(uid=7, gid=34), False),
        (0o004, User(uid=7, gid=1), True),
    ):
        file.chmod(mode)
        try:
            content(root, "/etc/shadow", user)
        except PermissionError:
            assert not allowed
        else:
            assert allowed


def test_looking_leaves_the_time_of_the_last_access(root: Path) -> None:
    os.utime(root / "etc/shadow", (1, 2))
    content(root, "/etc/shadow")
    assert (root / "etc/shadow").stat().st_atime == 1


@given(st.text(alphabet="/.abetcshadowlog\0\u00e4\ud800 ", max_size=60))
def test_no_path_gets_out_or_breaks(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    root = tmp_path_factory.getbasetemp() / "any-root"
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "etc/shadow").write_bytes(INNER)
    with suppress(OSError, ValueError):
        assert content(root, path) == INNER
