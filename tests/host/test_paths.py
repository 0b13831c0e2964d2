import asyncio
import os
import socket
import tempfile

from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, NOW, Hand, Paper
from why502.host.paths import paths
from why502.observations.files import PathChain
from why502.observations.place import Window
from why502.observations.subjects import Endpoint, File, SocketPath
from why502.observations.want import Want
from why502.vantage.base import Entry, No
from why502.vantage.local import Local


def look(about, vantage=None):
    return asyncio.run(paths.look(Want(kind=PathChain, about=about), Hand(vantage or Local())))


def real(path):
    (chain,) = look(SocketPath(place=Local().here().files(), path=str(path)))
    return chain


def test_a_socket_is_found_with_its_rights(tmp_path):
    path = tmp_path / "app.sock"
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))
        path.chmod(0o600)
        chain = real(path)
    assert chain.end is not None
    assert (chain.end.kind, chain.end.mode, chain.end.uid) == ("socket", 0o600, os.geteuid())
    assert [each.path for each in chain.components][:2] == ["/", "/" + tmp_path.parts[1]]
    assert chain.since is not None
    assert "socket 0600" in chain.seen.raw


def test_links_are_followed_step_by_step(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").touch()
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    chain = real(tmp_path / "two" / ".." / "two" / "file")
    assert chain.end is not None
    assert chain.end.path == str(tmp_path / "real" / "file")
    assert sum(each.kind == "link" for each in chain.components) == 4


def test_what_is_missing_is_named(tmp_path):
    assert real(tmp_path / "not" / "there").missing == str(tmp_path / "not")
    (tmp_path / "dangling").symlink_to("gone")
    assert real(tmp_path / "dangling").missing == str(tmp_path / "gone")
    (tmp_path / "file").touch()
    assert real(tmp_path / "file" / "below").missing == str(tmp_path / "file" / "below")


def test_a_loop_of_links_ends(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    chain = real(tmp_path / "loop")
    assert chain.unreadable is not None
    assert chain.end is None


def test_a_refusal_is_not_an_absence():
    at = Window.instant(NOW)
    root = Entry(
        path="/", kind="dir", mode=0o755, uid=0, gid=0, size=0, inode=2, mtime=NOW, ctime=NOW, target=None, at=at
    )
    (chain,) = look(File(place=HERE, path="/a/b"), Paper(entries={"/": root, "/a": No.DENIED}))
    assert (chain.missing, chain.unreadable, chain.since) == (None, "/a", None)


def test_other_subjects_are_left_alone():
    assert look(Endpoint(place=HERE, address="::1", port=1)) == ()
    assert look(SocketPath(place=HERE, path="@abstract")) == ()


@given(st.text(max_size=50))
def test_any_path(path):
    with tempfile.TemporaryDirectory():
        look(SocketPath(place=Local().here().files(), path="/nonexistent/" + path))
