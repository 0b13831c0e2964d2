"""What a bench has made outside its own memory, so that another run can remove it after a crash."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

HOME = Path("/var/tmp")  # not /tmp: a systemd in a box may own one of its own
PREFIX = "bench-"
CGROUPS = Path("/sys/fs/cgroup")


class Journal:
    """An append-only list of things made: `process <pid> <start>`, `cgroup <path>`."""

    def __init__(self, room: Path) -> None:
        self.path = room / "made"
        self.note("owner", os.getpid(), started(os.getpid()))

    def note(self, *words: object) -> None:
        with self.path.open("a") as out:
            out.write(json.dumps(words) + "\n")


def started(pid: int) -> int:
    """Start time of a process in clock ticks since boot, 0 if there is none; with the pid it names one process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])


def alive(pid: int, start: int) -> bool:
    """Whether that very process is still there."""
    return start != 0 and started(pid) == start


def entries(room: Path) -> list[list[object]]:
    try:
        return [json.loads(line) for line in (room / "made").read_text().splitlines()]
    except (OSError, ValueError):
        return []


def remove(room: Path) -> None:
    """Undo all that the journal of this room names; whatever is gone already is fine."""
    made = entries(room)
    for kind, *words in reversed(made):
        if kind == "process":
            _kill(int(str(words[0])), int(str(words[1])))
    for kind, *words in reversed(made):
        if kind == "cgroup":
            _empty(CGROUPS / str(words[0]))
    _delete(room)


def leftovers() -> list[Path]:
    """Rooms whose owner is dead."""
    return [room for room in sorted(HOME.glob(PREFIX + "*")) if not _owned(room)]


def _owned(room: Path) -> bool:
    return any(kind == "owner" and alive(int(str(words[0])), int(str(words[1]))) for kind, *words in entries(room))


def _kill(pid: int, start: int) -> None:
    if alive(pid, start):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _empty(group: Path) -> None:
    """Kill what is left in a cgroup and its children, then remove them."""
    deadline = time.monotonic() + 10
    while group.exists() and time.monotonic() < deadline:
        for folder in sorted((group, *(p for p in group.rglob("*") if p.is_dir())), reverse=True):
            with contextlib.suppress(OSError):
                for pid in (folder / "cgroup.procs").read_text().split():
                    os.kill(int(pid), signal.SIGKILL)
            with contextlib.suppress(OSError):
                folder.rmdir()
        if group.exists():
            time.sleep(0.02)


def _delete(room: Path) -> None:
    """Remove the files; processes that are just dying may still hold or write some."""
    for _ in range(50):
        shutil.rmtree(room, ignore_errors=True)
        if not room.exists():
            return
        time.sleep(0.02)
