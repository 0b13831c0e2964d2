import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import NOW, Hand, Paper
from why502.host import processes
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Machine
from why502.observations.want import Gap, Want
from why502.vantage.base import No
from why502.vantage.local import Local

STAT = "{pid} ({name}) S 1 7 7 0 -1 4194560 100 0 0 0 5 3 0 0 20 0 1 0 {ticks} 3133440 380 18446744073709551615\n"


def of(pid, name="python3", ticks=12345, command="python3\0app.py\0", cgroup="0::/system.slice/app.service\n"):
    base = f"/proc/{pid}"
    files = {
        f"{base}/stat": STAT.format(pid=pid, name=name, ticks=ticks),
        f"{base}/status": "Name:\tx\nUid:\t33\t34\t35\t36\nGid:\t5\t6\t7\t8\nGroups:\t4 27 \n",
        f"{base}/cmdline": command,
        f"{base}/cgroup": cgroup,
    }
    links = {
        f"{base}/ns/net": "net:[10]",
        f"{base}/ns/mnt": "mnt:[21]",
        f"{base}/exe": "/usr/bin/python3",
        f"{base}/cwd": "/srv",
        f"{base}/root": "/",
    }
    return files, links


def look(vantage):
    return asyncio.run(
        processes.processes.look(Want(kind=ProcessTable, about=Machine(place=vantage.here())), Hand(vantage))
    )


def paper(*made, **changes):
    files = {"/proc/stat": "cpu 1\nbtime 1795262400\n", "/proc/uptime": "0.50 1.00\n"}
    links = {}
    for more_files, more_links in made:
        files |= more_files
        links |= more_links
    return Paper(files | changes.pop("files", {}), links | changes.pop("links", {}), **changes)


def test_a_process_is_read_whole():
    (table,) = look(paper(of(1), of(77, name="a) (b")))
    info = table.by_pid(77)
    assert table.complete
    assert (info.name, info.command, info.parent, info.state) == ("a) (b", ("python3", "app.py"), 1, "S")
    assert (info.uid, info.gid, info.groups) == (34, 6, (4, 27))
    assert (info.place.net, info.place.mnt, info.unit) == (10, 21, "app.service")
    assert (info.exe, info.cwd, info.root) == ("/usr/bin/python3", "/srv", "/")
    assert info.process.started == 12345
    assert info.started == NOW - timedelta(seconds=0.5) + timedelta(seconds=123.45)


def test_without_rights_namespaces_are_not_known():
    made = of(77)
    denied = dict.fromkeys(made[1], No.DENIED)
    (table,) = look(paper(of(1), made, links=denied))
    info = table.by_pid(77)
    assert info.place.net is None
    assert info.place.mnt is None
    assert info.exe is None


def test_hidden_processes_make_the_table_incomplete():
    (table,) = look(paper(of(77)))
    assert not table.complete
    (table,) = look(paper(of(1), of(77), files={"/proc/1/stat": No.DENIED}))
    assert not table.complete


def test_an_uptime_of_a_container_is_not_believed():
    made = of(77, ticks=0)
    (table,) = look(paper(of(1), made, files={"/proc/uptime": "99999.00 1.00\n"}))
    assert table.by_pid(77).started == datetime.fromtimestamp(1795262400, UTC)


def test_no_proc_is_a_gap():
    assert isinstance(look(Paper()), Gap)


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/system.slice/gunicorn.service", "gunicorn.service"),
        ("/system.slice/system-app.slice/app@1.service", "app@1.service"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service", "web.service"),
        ("/system.slice/php8.2-fpm.service/inner", "php8.2-fpm.service"),
        ("/system.slice/docker-0123.scope/system.slice/nginx.service", None),
        ("/user.slice/user-0.slice/session-3.scope", None),
        ("/docker/0123", None),
        ("/", None),
        ("", None),
    ],
)
def test_units_of_control_groups(path, unit):
    assert processes.unit_of(path) == unit


def test_control_groups_of_both_versions():
    both = "9:name=systemd:/system.slice/a.service\n4:memory:/m/x:y\n0::/\n"
    assert processes.parse_cgroup(both) == processes.Control(path="/m/x:y", unit="a.service")
    assert processes.parse_cgroup("0::/system.slice/b.service\n").unit == "b.service"
    assert processes.parse_cgroup("4:cpu,memory:/c\n") == processes.Control(path="/c", unit=None)


@given(st.text())
def test_readers_take_any_text(text):
    processes.parse_stat(text)
    processes.parse_status(text)
    processes.parse_cgroup(text)
    processes.parse_namespace(text)
    processes.parse_boot(text)
    processes.parse_uptime(text)


@given(st.binary())
def test_commands_take_any_bytes(data):
    assert all("\0" not in word for word in processes.parse_command(data))


@given(st.text(alphabet=st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=15))
def test_a_name_may_hold_anything(name):
    stat = processes.parse_stat(STAT.format(pid=1, name=name, ticks=9))
    assert stat is not None
    assert (stat.name, stat.started) == (name, 9)


def test_the_real_table():
    with subprocess.Popen([sys.executable, "-c", "input()", "an argument"], stdin=subprocess.PIPE) as child:
        began = time.perf_counter()
        (table,) = look(Local())
        seconds = time.perf_counter() - began
        child.communicate(b"\n")
    info = table.by_pid(child.pid)
    assert info.command[-1] == "an argument"
    assert info.place == Local().here()
    assert abs(info.started - table.seen.at.start) < timedelta(seconds=2)
    assert table.by_pid(1).parent == 0
    assert seconds < 5


def test_units_below_a_service_manager_in_a_container() -> None:
    one = "4:memory:/box\n1:name=systemd:/box/init.scope\n"
    assert processes.manager_root(one) == "/box"
    assert processes.manager_root("0::/init.scope\n") == ""
    text = "1:name=systemd:/box/system.slice/a.service\n"
    assert processes.parse_cgroup(text, "/box").unit == "a.service"
    assert processes.parse_cgroup(text).unit is None
