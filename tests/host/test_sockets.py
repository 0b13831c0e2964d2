import asyncio
import contextlib
import os
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, Hand, Paper
from why502.host import sockets
from why502.host.processes import processes
from why502.observations.place import Place
from why502.observations.sockets import SocketTable
from why502.observations.subjects import Machine
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import ReadOnly
from why502.vantage.local import Local

ROW = (
    "   {n}: 0100007F:{port:04X} 00000000:0000 {state} 00000000:00000002 00:00000000 00000000"
    "    33        0 {inode} 1\n"
)


def look(vantage, place):
    want = Want(kind=SocketTable, about=Machine(place=place))
    return asyncio.run(sockets.sockets.look(want, Hand(vantage, [processes])))


def real():
    vantage = Local()
    (table,) = look(vantage, vantage.here().network())
    return table


def state_of(where):
    (found,) = [each for each in real().listeners if (each.address, each.port) == where]
    return found


def test_a_listener_with_its_queue_and_holder():
    with socket.socket() as made, socket.socket() as client:
        made.bind(("127.0.0.1", 0))
        made.listen(7)
        client.connect(made.getsockname())
        table = real()
        inode = os.fstat(made.fileno()).st_ino
        (found,) = [each for each in table.listeners if each.port == made.getsockname()[1]]
    assert (found.address, found.inode, found.queue, found.backlog) == ("127.0.0.1", inode, 1, 7)
    assert found.pids == (os.getpid(),)
    assert table.complete
    assert table.overflows is not None
    assert f"LISTEN 1/7 127.0.0.1:{found.port} held by {os.getpid()}" in table.seen.raw


@pytest.mark.parametrize("backlog", [0, 2])
def test_a_queue_is_full_when_the_kernel_takes_no_more(backlog):
    """One more than the backlog fits: `listen(0)` takes one connection, and the second gets no answer."""
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(socket.socket())
        made.bind(("127.0.0.1", 0))
        made.listen(backlog)
        where = made.getsockname()
        for _ in range(backlog + 1):
            assert state_of(where).full is False
            stack.enter_context(socket.create_connection(where, 5))
        last = stack.enter_context(socket.socket())
        last.settimeout(0.2)
        with pytest.raises(TimeoutError):
            last.connect(where)
        assert state_of(where).full is True


def test_a_full_queue_of_a_path(tmp_path):
    path = str(tmp_path / "app.sock")
    with (
        socket.socket(socket.AF_UNIX) as made,
        socket.socket(socket.AF_UNIX) as first,
        socket.socket(socket.AF_UNIX) as second,
    ):
        made.bind(path)
        made.listen(0)
        assert [each.full for each in real().unix if each.path == path] == [False]
        first.connect(path)
        second.setblocking(False)
        with pytest.raises(BlockingIOError):
            second.connect(path)
        assert [each.full for each in real().unix if each.path == path] == [True]


@pytest.mark.parametrize("v6only", [True, False])
def test_v6only_is_told(v6only):
    with socket.socket(socket.AF_INET6) as made:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
        made.bind(("::", 0))
        made.listen()
        (found,) = [each for each in real().listeners if each.port == made.getsockname()[1]]
    assert (found.address, found.v6only) == ("::", v6only)


def test_a_unix_listener_with_blanks_in_its_path(tmp_path):
    path = str(tmp_path / "a b.sock")
    with socket.socket(socket.AF_UNIX) as made, socket.socket(socket.AF_UNIX) as client:
        made.bind(path)
        made.listen(5)
        client.connect(path)
        (found,) = [each for each in real().unix if each.path == path]
    assert (found.queue, found.backlog, found.pids) == (1, 5, (os.getpid(),))


def test_root_can_read_the_owners():
    if os.geteuid() != 0:
        pytest.skip("needs root: only root sees whose the sockets of other users are")
    assert real().owners


SERVE = """
import socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
made = socket.socket(); made.bind(("127.0.0.1", 8000)); made.listen(9)
client = socket.socket(); client.connect(("127.0.0.1", 8000))
print(flush=True); sys.stdin.read()
"""


def test_another_network_namespace_is_read_through_a_process_in_it():
    if os.geteuid() != 0:
        pytest.skip("needs root to make a network namespace")
    command = ["unshare", "-n", sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        inode = os.stat(f"/proc/{child.pid}/ns/net").st_ino
        here = Local().here()
        (table,) = look(Local(), Place(host=here.host, net=inode))
        ours = real()
        child.communicate(b"")
    (found,) = table.listeners
    assert (found.address, found.port, found.queue, found.backlog) == ("127.0.0.1", 8000, 1, None)
    assert found.pids == (child.pid,)
    assert not any(each.inode == found.inode for each in ours.listeners)


def test_an_unknown_or_empty_namespace_is_a_gap():
    here = Local().here()
    answer = look(Local(), Place(host=here.host))
    assert isinstance(answer, Gap)
    assert answer.why is Why.NO_PERMISSION
    assert isinstance(look(Local(), Place(host=here.host, net=1)), Gap)


def paper(rows, **more):
    return Paper({"/proc/self/net/tcp": "  sl\n" + rows, "/proc/self/net/unix": "Num\n", **more})


def test_a_cut_table_is_incomplete_unless_the_cut_is_behind_the_listeners(monkeypatch):
    monkeypatch.setattr(sockets, "ROWS", 4)
    listening = "".join(ROW.format(n=n, port=n, state="0A", inode=n) for n in range(9))
    (table,) = look(paper(listening), HERE)
    assert not table.complete
    others = ROW.format(n=0, port=80, state="0A", inode=1) + "".join(
        ROW.format(n=n, port=n, state="06", inode=0) for n in range(9)
    )
    (table,) = look(paper(others), HERE)
    assert table.complete
    assert [each.port for each in table.listeners] == [80]


def test_queues_come_from_ss_by_inode():
    vantage = paper(ROW.format(n=0, port=80, state="0A", inode=1162))
    vantage.runs[ReadOnly.SS_LISTEN_TCP] = "LISTEN 2 128 127.0.0.1:80 0.0.0.0:* uid:33 ino:1162 sk:1 cgroup:/ <->\n"
    (table,) = look(vantage, HERE)
    assert [(each.queue, each.backlog, each.uid) for each in table.listeners] == [(2, 128, 33)]
    assert not table.owners


@given(st.text(max_size=300))
def test_readers_of_ss_take_any_text(text):
    sockets.parse_ss_tcp(text.splitlines())
    sockets.parse_ss_unix(text.splitlines())
    sockets.socket_inodes(text.splitlines())
