"""A gateway: its process, its configuration as taken up, and the route of a request."""

from datetime import datetime

from why502.observations.fact import Event, Fact
from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.observations.subjects import Address, Endpoint, Process
from why502.observations.want import Protocols, User


@frozen
class Relay(Fact):
    """A listener that only passes on (about: the Endpoint it holds)."""

    kind: str
    process: Process | None
    to: Endpoint


@frozen
class GatewayProcess(Fact):
    """A gateway and its workers (about: Machine, where all of a host are asked for).

    `place` has the namespaces of its workers. `started` is the start of the master, `took_up` that of the oldest
    process that serves: since then at least it runs the configuration that it runs. That process (`oldest`) was started
    by a reload, or in the place of one that died, and then with what the master had read before; `at_once`: it was
    started together with others, or beside one that is leaving, as a reload does.
    `assumed` is true where rights were missing and this is only a candidate; nothing proven may rest on it.
    """

    fleeting = True

    process: Process
    place: Place
    product: str
    version: str | None
    config: str
    prefix: str
    user: User
    workers: tuple[Process, ...]
    started: datetime
    took_up: datetime
    oldest: Process
    at_once: bool = True
    unit: str | None = None
    assumed: bool = False

    @property
    def pids(self) -> frozenset[int]:
        """Return the numbers of the master and its workers."""
        return frozenset({self.process.pid, *(worker.pid for worker in self.workers)})


@frozen
class Site:
    """Where in a configuration something stands, as `path:line`."""

    path: str
    line: int

    def __str__(self) -> str:
        """Write as `path:line`."""
        return f"{self.path}:{self.line}"


@frozen
class LogPlace:
    """A log that a gateway writes: a path, or `stderr`, `syslog:…`; `format` is the text of its log_format."""

    path: str
    format: str | None = None
    escape: str = "default"


@frozen
class GatewaySetup(Fact):
    """What the files of a gateway say as a whole (about: Process of the master).

    `newer` are the files (or include directories) changed after the process took its configuration up, `doubtful`
    those of which it is not known.
    `problems` are faults of the files, each with its place. Counts tell the size.
    """

    files: tuple[str, ...]
    newer: tuple[str, ...]
    doubtful: tuple[str, ...]
    problems: tuple[str, ...]
    error_logs: tuple[LogPlace, ...]
    access_logs: tuple[LogPlace, ...]
    servers: int
    lines: int


@frozen
class Server:
    """One server of a group: as written, and the addresses it stood for when read."""

    written: str
    addresses: tuple[Address, ...]
    site: Site
    weight: int = 1
    backup: bool = False
    down: bool = False
    max_fails: int = 1
    fail_timeout: float = 10.0


@frozen
class Group:
    """The servers a route may use. `name` is the group's, or the host as written; `literal` for a bare address."""

    name: str
    servers: tuple[Server, ...]
    keepalive: int | None = None
    keepalive_timeout: float = 60.0
    site: Site | None = None


@frozen
class Settings:
    """The limits in force at a route, inherited as the product inherits. Seconds and bytes.

    `sites` tells where a setting was written; one that is not listed is the product's default.
    """

    connect_timeout: float = 60.0
    send_timeout: float = 60.0
    read_timeout: float = 60.0
    buffer_size: int = 4096
    http_version: str = "1.0"
    next_upstream: tuple[str, ...] = ("error", "timeout")
    request_buffering: bool = True
    body_limit: int = 1 << 20
    tls: bool = False
    server_name: str | None = None
    tls_verify: bool = False
    tls_newest: str | None = None
    host: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    request_uri: str | None = None
    script: tuple[tuple[str, str], ...] = ()
    sites: tuple[tuple[str, Site], ...] = ()

    def site(self, setting: str) -> Site | None:
        """Return where this setting was written."""
        return dict(self.sites).get(setting)


@frozen
class RouteTaken(Fact):
    """The server block, location and upstream for one request (about: Route).

    `group` is `None` where the route does not proxy; `unresolved` says what could not be told
    statically (a variable). `loaded` is false where a file is newer than what the process took up, or may be, or where
    the gateway's own log names another upstream: then the route proves nothing by itself.
    """

    site: Site
    protocol: Protocols
    written: str
    group: Group | None
    settings: Settings
    unresolved: str | None = None
    returns: int | None = None
    steps: tuple[str, ...] = ()
    loaded: bool = True


@frozen
class PastAnswers(Fact):
    """How requests of one path ended before now, by the access log (about: Route, or Process for all of its servers).

    `good` counts answers below 500 in the log since the process took its configuration up; `last_good`
    is the end of the newest of them. `slowest` is the longest time to a good answer where logged (seconds),
    `upstreams` who gave them. `unsure` counts those that may be of this route or of another server that writes the
    same log; they are in nothing else.
    """

    fleeting = True

    path: str
    good: int
    last_good: datetime | None
    slowest: float | None
    upstreams: tuple[str, ...] = ()
    unsure: int = 0


@frozen
class LoggedRequest(Event):
    """One line of a gateway's access log that is of interest (about: Process of the gateway).

    `attempts` are (upstream as logged, status, seconds), one by one. `ours` tells that a why502 sent it, `token` in
    which run.
    """

    fleeting = True

    method: str
    path: str
    host: str | None
    status: int
    seconds: float | None
    attempts: tuple[tuple[str, str, float | None], ...]
    ours: bool
    token: str | None = None


@frozen
class RouteListed(Fact):
    """One pass directive of a gateway, and how a client would get to it (about: Process of the gateway).

    `address` is where the server listens (a wildcard as written), `name` its first server_name, "" if none.
    """

    name: str
    address: str
    port: int
    tls: bool
    location: str
    written: str
    site: Site
