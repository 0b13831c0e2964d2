"""What a fact can be about: a closed set of hashable subjects, each of which knows its place."""

from why502.observations.frozen import frozen
from why502.observations.place import Place


@frozen
class Endpoint:
    """An address and a port, as seen from a network namespace. `address` is an IP literal without brackets."""

    place: Place
    address: str
    port: int

    def __str__(self) -> str:
        """Write as `127.0.0.1:80` or `[::1]:80`."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@frozen
class SocketPath:
    """A unix socket by its path, as seen from a mount namespace."""

    place: Place
    path: str

    def __str__(self) -> str:
        """Write as nginx does: `unix:/run/app.sock`."""
        return f"unix:{self.path}"


@frozen
class Name:
    """A name to be resolved, as seen from a network namespace (its resolver configuration may differ)."""

    place: Place
    name: str

    def __str__(self) -> str:
        """Write the name."""
        return self.name


@frozen
class Unit:
    """A unit of systemd on a host, for example `gunicorn.service`."""

    place: Place
    name: str

    def __str__(self) -> str:
        """Write the unit's name."""
        return self.name


@frozen
class Process:
    """A process by number and start, so that a reused number is another process.

    `started` counts clock ticks since boot (`/proc/PID/stat`, field 22).
    """

    place: Place
    pid: int
    started: int

    def __str__(self) -> str:
        """Write as `process 123`."""
        return f"process {self.pid}"


@frozen
class File:
    """A file by its path, as seen from a mount namespace."""

    place: Place
    path: str

    def __str__(self) -> str:
        """Write the path."""
        return self.path


@frozen
class Route:
    """What a gateway does with one kind of request: a server block and a location in it."""

    gateway: Process
    server: str
    location: str

    @property
    def place(self) -> Place:
        """Stand where the gateway stands."""
        return self.gateway.place

    def __str__(self) -> str:
        """Write as `server shop.example.com, location /`."""
        return f"server {self.server}, location {self.location}"


@frozen
class Machine:
    """A host, or one of its namespaces: the subject of whole tables."""

    place: Place

    def __str__(self) -> str:
        """Write `this host`."""
        return "this host"


Address = Endpoint | SocketPath
Subject = Endpoint | SocketPath | Name | Unit | Process | File | Route | Machine
