"""What stands at a path, component by component."""

from datetime import datetime

from why502.observations.fact import Fact
from why502.observations.frozen import frozen


@frozen
class Inode:
    """One component of a path; `kind` is `dir`, `file`, `link`, `socket`, `fifo` or `other`."""

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    mtime: datetime
    ctime: datetime
    target: str | None = None


@frozen
class PathChain(Fact):
    """The components of a path from the root of its place (about: SocketPath or File), links followed inside it.

    `missing` is the first component that does not exist, `unreadable` the first that could not be looked at.
    """

    fleeting = True

    components: tuple[Inode, ...]
    missing: str | None = None
    unreadable: str | None = None

    @property
    def end(self) -> Inode | None:
        """Return what the whole path names, if it exists."""
        if self.missing is not None or self.unreadable is not None or not self.components:
            return None
        return self.components[-1]
