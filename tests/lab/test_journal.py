"""What a bench made is removed, even when the bench itself is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab import journal
from lab.stand import bench
from lab.waiting import until

ROOT = Path(__file__).parents[2]
BUILD = """
from lab.stand import bench
with bench("crash") as made:
    box = made.gateway(systemd=True)
    made.memory_group(box, 64)
    box.start("sleep 1000")
    print(made.room, flush=True)
    import time
    time.sleep(1000)
"""


def rooms_groups(room: Path) -> list[Path]:
    return [path for path in journal.CGROUPS.glob("*") if list(path.glob(room.name + "*"))]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")
def test_nothing_stays_after_a_crash() -> None:
    with subprocess.Popen([sys.executable, "-c", BUILD], stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        room = Path(child.stdout.readline().strip())
        assert room.exists()
        assert rooms_groups(room)
        child.send_signal(signal.SIGKILL)
    until("it is seen as left over", lambda: room in journal.leftovers())
    journal.remove(room)
    assert not room.exists()
    assert not rooms_groups(room)
    mounts = Path("/proc/mounts").read_text()
    assert room.name not in mounts


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")
def test_nothing_stays_after_an_error() -> None:
    class BrokenError(Exception):
        """Of the scenario."""

    rooms: list[Path] = []

    def build() -> None:
        with bench("error") as made:
            rooms.append(made.room)
            made.gateway().start("sleep 1000")
            raise BrokenError

    with pytest.raises(BrokenError):
        build()
    assert not rooms[0].exists()
    assert not rooms_groups(rooms[0])
