"""What stands at a path: each component from the root of its place, links followed inside it (path_resolution(7))."""

from why502.host.reading import seen
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.files import Inode, PathChain
from why502.observations.place import Place, Window
from why502.observations.subjects import File, SocketPath
from why502.observations.want import Gap, Want
from why502.vantage.base import Entry, No, Refusal, Vantage
from why502.vantage.looking import Around, looker

LINKS = 40
"""Most links that are followed, as the kernel does (MAXSYMLINKS)."""

STEPS = 400


def parts_of(path: str) -> list[str]:
    """Split a path into its components, without empty ones and `.`."""
    return [part for part in path.split("/") if part not in {"", "."}]


def inode(entry: Entry, path: str) -> Inode:
    """Keep of an entry what a chain shows."""
    return Inode(
        path=path,
        kind=entry.kind,
        mode=entry.mode,
        uid=entry.uid,
        gid=entry.gid,
        mtime=entry.mtime,
        ctime=entry.ctime,
        target=entry.target,
    )


class Walk:
    """A walk from the root: what was met, and where it ended early."""

    def __init__(self, path: str) -> None:
        """Begin before the root."""
        self.todo = parts_of(path)[::-1]
        self.at: list[str] = []
        self.links = 0
        self.components: list[Inode] = []
        self.missing: str | None = None
        self.unreadable: str | None = None

    @property
    def path(self) -> str:
        """Write where the walk stands."""
        return "/" + "/".join(self.at)

    def stop(self, refusal: Refusal) -> None:
        """End at a component that is not there, or that could not be looked at."""
        if refusal.no is No.MISSING:
            self.missing = self.path
        else:
            self.unreadable = self.path

    def meet(self, entry: Entry) -> None:
        """Take up one component; a link puts its target's components before those that are left."""
        self.components.append(inode(entry, self.path))
        if entry.kind == "link":
            self.links += 1
            target = entry.target or ""
            self.at = [] if target.startswith("/") else self.at[:-1]
            self.todo += parts_of(target)[::-1]
            if self.links > LINKS:
                self.unreadable = self.components[-1].path
        elif self.todo and entry.kind != "dir":
            # What stands below a file can not exist (ENOTDIR).
            self.missing = f"{self.path}/{self.todo[-1]}"

    def step(self) -> bool:
        """Go to the next component; False when there is none, or when it was the step upwards."""
        name = self.todo.pop()
        if name == "..":
            self.at = self.at[:-1]
            return False
        self.at.append(name)
        return True

    @property
    def done(self) -> bool:
        """Tell whether there is nothing left to do."""
        return not self.todo or self.missing is not None or self.unreadable is not None


async def walk(vantage: Vantage, place: Place, path: str) -> Walk:
    """Look at every component of a path."""
    going = Walk(path)
    root = await vantage.stat(place, "/")
    if isinstance(root, Refusal):
        going.stop(root)
        return going
    going.components.append(inode(root, "/"))
    for _ in range(STEPS):
        if going.done:
            return going
        if not going.step():
            continue
        entry = await vantage.stat(place, going.path)
        if isinstance(entry, Refusal):
            going.stop(entry)
        else:
            going.meet(entry)
    if not going.done:
        going.unreadable = going.path
    return going


def line(each: Inode) -> str:
    """Write a component as `ls -ld` would show its rights, with numbers for owner and group."""
    target = f" -> {each.target}" if each.target is not None else ""
    return f"{each.kind} {each.mode:04o} {each.uid}:{each.gid} {each.path}{target}"


@looker(PathChain)
async def paths(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Look at the path of a SocketPath or File; an abstract or relative name is no path."""
    if not isinstance(want.about, SocketPath | File) or not want.about.path.startswith("/"):
        return ()
    vantage = around.vantage
    begun = await vantage.now()
    found = await walk(vantage, want.about.place, want.about.path)
    at = Window(start=begun, end=await vantage.now())
    lines = [line(each) for each in found.components]
    lines += [f"missing: {found.missing}"] if found.missing is not None else []
    lines += [f"not readable: {found.unreadable}"] if found.unreadable is not None else []
    changed = [max(each.mtime, each.ctime) for each in found.components]
    return (
        PathChain(
            about=want.about,
            seen=seen(__name__, at, EvidenceKind.FILE, want.about.path, lines),
            since=max(changed) if changed and found.unreadable is None else None,
            components=tuple(found.components),
            missing=found.missing,
            unreadable=found.unreadable,
        ),
    )
