"""Where and when a statement holds."""

from datetime import datetime

from why502.observations.frozen import frozen


@frozen
class Place:
    """A host and the namespaces in it; `127.0.0.1` and `/tmp/app.sock` mean nothing without one.

    `host` is the boot id, never a host name (`text:1` for pasted pieces). `net` and `mnt` are the
    inodes of the namespaces; `None` means not known, and an unknown namespace equals no other.
    """

    host: str
    net: int | None = None
    mnt: int | None = None

    def same_network(self, other: "Place") -> bool:
        """Tell whether both are known to be one network namespace of one host."""
        return self.host == other.host and self.net is not None and self.net == other.net

    def same_files(self, other: "Place") -> bool:
        """Tell whether both are known to be one mount namespace of one host."""
        return self.host == other.host and self.mnt is not None and self.mnt == other.mnt

    def network(self) -> "Place":
        """Keep what matters for an address."""
        return Place(host=self.host, net=self.net)

    def files(self) -> "Place":
        """Keep what matters for a path."""
        return Place(host=self.host, mnt=self.mnt)

    def machine(self) -> "Place":
        """Keep the host alone."""
        return Place(host=self.host)


@frozen
class Window:
    """A span of time in UTC, both ends included; an instant has equal ends."""

    start: datetime
    end: datetime

    @classmethod
    def instant(cls, at: datetime) -> "Window":
        """Make the window of one moment."""
        return cls(start=at, end=at)

    def holds(self, other: "Window") -> bool:
        """Tell whether the other window lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: "Window") -> bool:
        """Tell whether the two have a moment in common."""
        return self.start <= other.end and other.start <= self.end

    def joined(self, other: "Window") -> "Window":
        """Span both."""
        return Window(start=min(self.start, other.start), end=max(self.end, other.end))
