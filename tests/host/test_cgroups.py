import asyncio

import pytest

from tests.vantages import HERE, Hand, Paper
from why502.host.cgroups import candidates, cgroups, parse_limit
from why502.observations.memory import CgroupMemory
from why502.observations.subjects import File, Machine
from why502.observations.want import Gap, Want
from why502.vantage.base import No


def look(files, about):
    return asyncio.run(cgroups.look(Want(kind=CgroupMemory, about=about), Hand(Paper(files))))


@pytest.mark.parametrize("path", ["/system.slice/app.service", "/sys/fs/cgroup/system.slice/app.service"])
def test_version_2(path):
    base = "/sys/fs/cgroup/system.slice/app.service"
    files = {
        f"{base}/memory.events": "low 0\nhigh 0\nmax 5\noom 2\noom_kill 3\noom_group_kill 0\n",
        f"{base}/memory.max": "max\n",
        f"{base}/memory.current": "4096\n",
    }
    (found,) = look(files, File(place=HERE, path=path))
    assert (found.oom_kills, found.limit, found.used) == (3, None, 4096)


def test_version_1():
    base = "/sys/fs/cgroup/memory/docker/1"
    files = {
        f"{base}/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
        f"{base}/memory.limit_in_bytes": "1048576\n",
        f"{base}/memory.usage_in_bytes": "4096\n",
    }
    (found,) = look(files, File(place=HERE, path="/docker/1"))
    assert (found.oom_kills, found.limit, found.used) == (1, 1048576, 4096)
    assert found.seen.source == base


def test_no_limit_of_version_1():
    assert parse_limit("9223372036854771712\n") is None


def test_what_is_not_there_or_may_not_be_read():
    assert look({}, File(place=HERE, path="/a")) == ()
    assert look({}, Machine(place=HERE)) == ()
    denied = {"/sys/fs/cgroup/a/memory.events": No.DENIED}
    assert isinstance(look(denied, File(place=HERE, path="/a")), Gap)


def test_a_path_stays_below_the_mount_point():
    assert candidates("/../../etc") == ()
