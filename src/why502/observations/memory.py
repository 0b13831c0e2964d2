"""Kills for want of memory: the kernel's records and the counters of cgroups."""

from why502.observations.fact import Event, Fact
from why502.observations.frozen import frozen
from why502.observations.place import Window


@frozen
class OomKill(Event):
    """The kernel killed a process for memory (about: Machine; the process is gone, its number remains).

    `cgroup` is the victim's own (`task_memcg`), `limited` the one whose limit was hit (`oom_memcg`, "" for the host).
    """

    pid: int
    name: str
    uid: int | None = None
    cgroup: str = ""
    limited: str = ""
    resident_kib: int | None = None


@frozen
class KernelLog(Fact):
    """What the kernel's log says of memory over a period (about: Machine)."""

    kills: tuple[OomKill, ...]
    covers: Window
    complete: bool = True


@frozen
class CgroupMemory(Fact):
    """A cgroup's memory counters (about: Unit, or File for a bare cgroup path). Bytes; `None` = no limit."""

    oom_kills: int
    limit: int | None
    used: int | None
