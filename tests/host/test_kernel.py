import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import NOW, Hand, Paper
from why502.host import cgroups, kernel
from why502.observations.memory import CgroupMemory, KernelLog
from why502.observations.place import Window
from why502.observations.subjects import File, Machine
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import No, ReadOnly, Refusal
from why502.vantage.local import Local

MEMCG = (
    "2026-11-21T13:00:00,5+01:00 oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
    "oom_memcg=/system.slice/a,b.service,task_memcg=/system.slice/a,b.service/in,task=py (x),3,pid=77,uid=33\n"
    "2026-11-21T13:00:00,600000+01:00 Memory cgroup out of memory: Killed process 77 (py (x),3) total-vm:49468kB, "
    "anon-rss:39552kB, file-rss:6656kB, shmem-rss:0kB, UID:33 pgtables:136kB oom_score_adj:0\n"
)
WHOLE = (
    "2026-11-21T11:59:01.000000+0000 host kernel: oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,"
    "mems_allowed=0,global_oom,task_memcg=/user.slice,task=node,pid=9,uid=0\n"
    "2026-11-21T11:59:01.000100+0000 host kernel: Out of memory: Killed process 9 (node) total-vm:1kB, anon-rss:2kB, "
    "file-rss:3kB, shmem-rss:4kB\n"
)
AT = Window.instant(NOW)


def look(vantage):
    want = Want(kind=KernelLog, about=Machine(place=vantage.here().machine()))
    return asyncio.run(kernel.kernel.look(want, Hand(vantage)))


def kills(text):
    return kernel.parse_kills(kernel.parse_lines(text.splitlines()))


def test_a_kill_by_the_limit_of_a_group():
    (kill,) = kills(MEMCG)
    assert (kill.pid, kill.name, kill.uid, kill.resident_kib) == (77, "py (x),3", 33, 39552 + 6656)
    assert (kill.limited, kill.cgroup) == ("/system.slice/a,b.service", "/system.slice/a,b.service/in")
    assert kill.at == datetime(2026, 11, 21, 12, 0, 0, 600000, tzinfo=UTC)


def test_a_kill_for_the_whole_host_in_the_journals_form():
    (kill,) = kills(WHOLE)
    assert (kill.pid, kill.name, kill.limited, kill.cgroup) == (9, "node", "", "/user.slice")
    assert kill.resident_kib == 9


def test_the_second_line_alone_is_enough():
    (kill,) = kills(MEMCG.splitlines()[1])
    assert (kill.pid, kill.uid, kill.cgroup) == (77, 33, "")


def test_a_number_killed_twice_is_two_kills():
    assert len(kills(MEMCG + MEMCG)) == 2


def test_the_ring_may_not_be_read():
    denied = Refusal(no=No.DENIED, at=AT, text="dmesg: read kernel buffer failed: Operation not permitted")
    answer = look(Paper(runs={ReadOnly.KERNEL_LOG: denied, ReadOnly.KERNEL_JOURNAL: ""}))
    assert isinstance(answer, Gap)
    assert (answer.why, answer.unlock) == (Why.NO_PERMISSION, "sudo why502")
    (log,) = look(Paper(runs={ReadOnly.KERNEL_LOG: denied, ReadOnly.KERNEL_JOURNAL: WHOLE}))
    assert [each.pid for each in log.kills] == [9]
    assert log.covers.start == datetime(2026, 11, 21, 11, 59, 1, tzinfo=UTC)


@given(st.text())
def test_any_text(text):
    kills(text)
    kills("2026-11-21T13:00:00,5+01:00 " + text)


@given(st.text(), st.integers(0, 400))
def test_damaged_records(text, at):
    kills(MEMCG[:at] + text + MEMCG[at:])


@given(st.binary(max_size=200))
def test_any_counters(data):
    text = data.decode("utf-8", "replace")
    cgroups.parse_kills(text)
    cgroups.parse_limit(text)


def test_a_real_kill():
    """Give a child a memory limit of its own that it goes beyond."""
    own = next((line[2] for line in _groups() if "memory" in line[1].split(",")), None)
    if os.geteuid() != 0 or own is None:
        pytest.skip("needs root and a memory controller of version 1")
    group = Path(f"/sys/fs/cgroup/memory{own}/why502-{os.getpid()}")
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text("33554432")
        grow = f"open('{group}/cgroup.procs', 'w').write('0'); kept = [b'x' * 2**20 for _ in range(2**12)]"
        with subprocess.Popen([sys.executable, "-c", grow]) as child:
            assert child.wait(20) == -9
        (log,) = look(Local())
        want = Want(kind=CgroupMemory, about=File(place=Local().here(), path=f"{own}/{group.name}"))
        (memory,) = asyncio.run(cgroups.cgroups.look(want, Hand(Local())))
    finally:
        group.rmdir()
    (kill,) = [each for each in log.kills if each.pid == child.pid]
    assert kill.cgroup == kill.limited == f"{own}/{group.name}"
    assert log.covers.holds(kill.seen.at)
    assert (memory.oom_kills, memory.limit) == (1, 33554432)


def _groups():
    return [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
