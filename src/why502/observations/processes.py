"""Processes of a host."""

from datetime import datetime

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.observations.subjects import Process


@frozen
class ProcessInfo:
    """One process as `/proc` tells it. `place` has unknown namespaces where they could not be read."""

    process: Process
    parent: int
    name: str
    command: tuple[str, ...]
    state: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    started: datetime
    place: Place
    cgroup: str
    unit: str | None = None
    exe: str | None = None
    cwd: str | None = None
    root: str | None = None

    @property
    def pid(self) -> int:
        """Return its number as the host counts."""
        return self.process.pid


@frozen
class ProcessTable(Fact):
    """All processes of a host (about: Machine). `complete` is false where the kernel hides some (hidepid)."""

    fleeting = True

    processes: tuple[ProcessInfo, ...]
    complete: bool = True

    def by_pid(self, pid: int) -> ProcessInfo | None:
        """Return the process with this number."""
        return next((info for info in self.processes if info.pid == pid), None)

    def children(self, pid: int) -> tuple[ProcessInfo, ...]:
        """Return the processes whose parent this is."""
        return tuple(info for info in self.processes if info.parent == pid)


@frozen
class Descriptors(Fact):
    """How many descriptors a process holds, and how many it may (about: Process)."""

    held: int
    limit: int
