from hypothesis import given
from hypothesis import strategies as st

from tests.evidence import WWW, inode, path_chain, socket_path
from why502.observations.want import User
from why502.rules.permission import allowed, denied_at

SOCKET = socket_path()


def test_a_folder_without_search_stops_the_user() -> None:
    shut = inode("/run", mode=0o700)
    assert denied_at(path_chain(SOCKET, inode("/"), shut, inode(SOCKET.path, "socket", 0o777)), WWW) == shut


def test_a_socket_without_write_stops_the_user() -> None:
    shut = inode(SOCKET.path, "socket", 0o755)
    assert denied_at(path_chain(SOCKET, inode("/"), inode("/run"), shut), WWW) == shut


def test_the_first_class_that_fits_decides_alone() -> None:
    """path_resolution(7): an owner without the right is not let in as one of the others."""
    assert not allowed(inode("/a", "socket", 0o077, uid=33), WWW, 2)
    assert not allowed(inode("/a", "socket", 0o707, gid=33), WWW, 2)
    assert allowed(inode("/a", "socket", 0o020, gid=50), User(uid=33, gid=33, groups=(50,)), 2)


def test_what_is_not_there_stops_nobody() -> None:
    assert denied_at(path_chain(SOCKET, inode("/"), inode("/run"), missing=SOCKET.path), WWW) is None


@given(st.integers(0, 0o7777), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_root_is_never_stopped_and_nobody_by_open_bits(mode: int, uid: int, gid: int, owner: int, group: int) -> None:
    one = inode("/a", "socket", mode, uid=owner, gid=group)
    assert allowed(one, User(uid=0, gid=gid), 2)
    assert allowed(inode("/a", "socket", 0o222, uid=owner, gid=group), User(uid=uid, gid=gid), 2)
    assert uid == 0 or not allowed(inode("/a", "socket", 0o555, uid=owner, gid=group), User(uid=uid, gid=gid), 2)
