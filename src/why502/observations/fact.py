"""What every fact carries: its subject, when and by whom it was seen, and the recorded bytes."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.observations.subjects import Subject


class Like(Enum):
    """What a probe shared with the gateway's own connection."""

    NETWORK = "network"
    USER = "user"
    SOURCE = "source"
    PROTOCOL = "protocol"
    SERVER_NAME = "server-name"
    HOST = "host"
    BYTES = "bytes"


class EvidenceKind(Enum):
    """The closed set of `evidence[].kind` in the report."""

    LOG_LINE = "log-line"
    PAGE = "page"
    HEADER = "header"
    CONFIG = "config"
    PROBE = "probe"
    SOCKET_TABLE = "socket-table"
    PROCESS = "process"
    UNIT = "unit"
    JOURNAL = "journal"
    KERNEL = "kernel"
    CGROUP = "cgroup"
    PACKET_FILTER = "packet-filter"
    ROUTE = "route"
    RESOLVER = "resolver"
    FILE = "file"
    ADMIN = "admin"
    PASTED = "pasted"


@frozen
class Seen:
    """When it was true, who read it, and what was read.

    `source` says where as a person would look it up (`/var/log/nginx/error.log:8812`, `ss -lntx`);
    `raw` is the text the report shows, redacted and bounded (2,000 characters at most).
    """

    at: Window
    by: str
    kind: EvidenceKind
    source: str
    raw: str
    likeness: frozenset[Like] = frozenset()


@frozen
class Fact:
    """The base of every kind. A state holds when it was seen, and since `since` if that is known.

    A `fleeting` kind changes from moment to moment, so it is looked at again where the moment matters.
    """

    fleeting: ClassVar[bool] = False

    about: Subject
    seen: Seen
    since: datetime | None = None

    def holds(self, window: Window) -> bool:
        """Tell whether this was so over the window: seen in it, or unchanged since before it.

        A fact seen within the window speaks for the window: whoever made the window saw the failure
        both before and after. One seen later speaks for it only if it is known to be older.
        """
        if window.holds(self.seen.at):
            return True
        return self.since is not None and self.since <= window.start and window.start <= self.seen.at.end


@frozen
class Event(Fact):
    """Something that happened at a moment; it stays true, and matters to what came after it."""

    def holds(self, window: Window) -> bool:
        """Tell whether it happened before the window ended."""
        return self.seen.at.start <= window.end
