"""A control group's memory: kills, limit and use (cgroup-v2.rst; memory.rst of version 1)."""

from why502.host.reading import gap, number, seen, text_of
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.frozen import frozen
from why502.observations.memory import CgroupMemory
from why502.observations.place import Place, Window
from why502.observations.subjects import File, Unit
from why502.observations.units import UnitState
from why502.observations.want import Gap, Want
from why502.vantage.base import No, Raw, Refusal, Vantage
from why502.vantage.looking import Around, looker

MOUNT = "/sys/fs/cgroup"
UNLIMITED = 2**62
"""Version 1 writes no limit as the largest multiple of a page; nothing real is as large as this."""


@frozen
class Files:
    """Where one version keeps the numbers: the count of kills, the limit, the use; `above` the group's own path."""

    above: str
    events: str
    limit: str
    used: str


@frozen
class CgroupNumbers:
    """What was read of one group; `base` is its directory."""

    base: str
    kills: int
    limit: int | None
    used: int | None
    at: Window

    @property
    def says(self) -> str:
        """Write it as a line of the report."""
        return f"oom_kill {self.kills}, limit {self.limit or 'none'}, used {self.used}"


VERSIONS = (
    Files(above=MOUNT, events="memory.events", limit="memory.max", used="memory.current"),
    Files(
        above=f"{MOUNT}/memory",
        events="memory.oom_control",
        limit="memory.limit_in_bytes",
        used="memory.usage_in_bytes",
    ),
)


def parse_kills(text: str) -> int | None:
    """Read the `oom_kill` line of `memory.events` or `memory.oom_control`."""
    for line in text.splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill":
            return number(count.strip())
    return None


def parse_limit(text: str) -> int | None:
    """Read a limit in bytes; None for `max`, or for version 1's number that stands for it."""
    limit = number(text.strip(), most=2**64)
    return limit if limit is not None and limit < UNLIMITED else None


def candidates(path: str) -> tuple[tuple[Files, str], ...]:
    """Return where a control group may lie: a path as `/proc/PID/cgroup` has it, or one below the mount point."""
    if ".." in path.split("/") or not path.startswith("/"):
        return ()
    if path == MOUNT or path.startswith(f"{MOUNT}/"):
        return tuple((files, path.rstrip("/")) for files in VERSIONS)
    return tuple((files, f"{files.above}{path}".rstrip("/")) for files in VERSIONS)


async def memory(vantage: Vantage, place: Place, path: str) -> tuple[CgroupNumbers, ...] | Refusal:
    """Read a group's numbers by the first version that has them; nothing where neither has."""
    for files, base in candidates(path):
        events = await vantage.read(place, f"{base}/{files.events}", 4096)
        if isinstance(events, Refusal):
            if events.no is No.MISSING:
                continue
            return events
        kills = parse_kills(text_of(events))
        if kills is None:
            continue
        limit = await vantage.read(place, f"{base}/{files.limit}", 100)
        used = await vantage.read(place, f"{base}/{files.used}", 100)
        return (
            CgroupNumbers(
                base=base,
                kills=kills,
                limit=parse_limit(text_of(limit)) if isinstance(limit, Raw) else None,
                used=number(text_of(used).strip()) if isinstance(used, Raw) else None,
                at=events.at,
            ),
        )
    return ()


async def path_of(want: Want[Fact], around: Around) -> str | Gap | None:
    """Return the control group of the subject; None where it has none, or where the subject is of another kind."""
    if isinstance(want.about, File):
        return want.about.path
    if not isinstance(want.about, Unit):
        return None
    states = await around.get(Want(kind=UnitState, about=want.about))
    if isinstance(states, Gap):
        return states
    return next((each.cgroup for each in states if each.cgroup), None)


@looker(CgroupMemory)
async def cgroups(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read the memory of a Unit's control group, or of the group a File names."""
    path = await path_of(want, around)
    if path is None or isinstance(path, Gap):
        return path or ()
    vantage = around.vantage
    found = await memory(vantage, want.about.place.machine(), path)
    if isinstance(found, Refusal):
        return gap(want, found, vantage)
    return tuple(
        CgroupMemory(
            about=want.about,
            seen=seen(__name__, each.at, EvidenceKind.CGROUP, each.base, [each.says]),
            oom_kills=each.kills,
            limit=each.limit,
            used=each.used,
        )
        for each in found
    )
