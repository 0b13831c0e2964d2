"""Listeners that only pass on: container proxies, socat, socket activation, tunnels; read from their command lines."""

import re
from collections.abc import Sequence
from ipaddress import ip_address

from why502.host.reading import number, seen
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.gateway import Relay
from why502.observations.place import Place
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Endpoint, Machine
from why502.observations.want import Gap, Want
from why502.vantage.looking import Around, looker

WILD = frozenset({"0.0.0.0", "::"})  # noqa: S104 - read, never bound
SOCAT = re.compile(r"(?:TCP|TCP4|TCP6|TCP-CONNECT|TCP4-CONNECT)[:](.+?)(?:,.*)?", re.IGNORECASE)
LISTENS = re.compile(r"(?:TCP|TCP4|TCP6)-(?:LISTEN|L)[:](\d{1,5})(?:,.*)?", re.IGNORECASE | re.ASCII)


def target(place: Place, text: str) -> Endpoint | None:
    """Read `host:port` or `[::1]:port`; a name is no address."""
    host, _, port = text.rpartition(":")
    return endpoint(place, host, port)


def endpoint(place: Place, host: str, port: str) -> Endpoint | None:
    """Make an endpoint; `localhost` is 127.0.0.1."""
    bare = host.removeprefix("[").removesuffix("]")
    try:
        address = str(ip_address("127.0.0.1" if bare == "localhost" else bare))
    except ValueError:
        return None
    found = number(port, most=65_535)
    return Endpoint(place=place.network(), address=address, port=found) if found else None


def following(words: Sequence[str], name: str) -> str:
    """Return the word after an option; docker-proxy writes `-host-ip x` and `--host-ip=x` alike."""
    for at, word in enumerate(words):
        bare = word.lstrip("-")
        if word.startswith("-") and bare == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("-") and bare.startswith(f"{name}="):
            return bare[len(name) + 1 :]
    return ""


def relayed(command: Sequence[str], place: Place, port: int) -> tuple[str, Endpoint] | None:
    """Return what kind of relay a command is, and where it passes connections to this port."""
    words = list(command)
    if not words:
        return None
    program = words[0].rsplit("/", 1)[-1]
    match program:
        case "docker-proxy":
            to = endpoint(place, following(words, "container-ip"), following(words, "container-port"))
        case "rootlesskit-docker-proxy":
            to = endpoint(place, following(words, "container-ip"), following(words, "container-port"))
        case "socat":
            to = _socat(words, place, port)
        case "systemd-socket-proxyd":
            to = target(place, next((word for word in reversed(words[1:]) if not word.startswith("-")), ""))
        case "ssh" | "autossh":
            to = _ssh(words, port)
        case _:
            return None
    return None if to is None else (program, to)


def _socat(words: Sequence[str], place: Place, port: int) -> Endpoint | None:
    listens = [found[1] for word in words if (found := LISTENS.fullmatch(word))]
    to = [found[1] for word in words if (found := SOCAT.fullmatch(word))]
    return target(place, to[0]) if listens == [str(port)] and len(to) == 1 else None


def _ssh(words: Sequence[str], port: int) -> Endpoint | None:
    """Read `-L [bind:]port:host:hostport`. The host is one as the far end sees it, so its place is not known."""
    for at, word in enumerate(words):
        given = words[at + 1] if word == "-L" and at + 1 < len(words) else word[2:] if word.startswith("-L") else ""
        parts = re.findall(r"\[[^\]]*\]|[^:]+", given)
        if len(parts) in {3, 4} and parts[-3] == str(port):
            return endpoint(Place(host="unknown"), parts[-2], parts[-1])
    return None


def holders(table: SocketTable, asked: Endpoint) -> tuple[int, ...]:
    """Return the processes that hold the listener of an endpoint; an exact address comes before a wildcard."""

    def fits(each: Listener) -> bool:
        return each.port == asked.port and (each.address == asked.address or each.address in WILD)

    found = sorted((each for each in table.listeners if fits(each)), key=lambda each: each.address in WILD)
    return found[0].pids if found else ()


@looker(Relay)
async def relays(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Tell whether the listener of an Endpoint is held by a program that only passes on, and where to."""
    if not isinstance(want.about, Endpoint):
        return ()
    place = want.about.place
    tables = await around.get(Want(kind=SocketTable, about=Machine(place=place.network())))
    if isinstance(tables, Gap):
        return tables
    processes = await around.get(Want(kind=ProcessTable, about=Machine(place=place.machine())))
    if isinstance(processes, Gap):
        return processes
    pids = {pid for table in tables for pid in holders(table, want.about)}
    infos = [info for table in processes for info in table.processes if info.pid in pids]
    return tuple(fact for info in infos for fact in relay(info, want.about, processes[0]))


def relay(info: ProcessInfo, about: Endpoint, table: ProcessTable) -> tuple[Relay, ...]:
    """Make the fact, if this process is a relay."""
    found = relayed(info.command, about.place, about.port)
    if found is None:
        return ()
    says = seen(
        __name__,
        table.seen.at,
        EvidenceKind.PROCESS,
        f"/proc/{info.pid}/cmdline",
        [f"{info.pid} {' '.join(info.command)}"],
    )
    return (Relay(about=about, seen=says, since=info.started, kind=found[0], process=info.process, to=found[1]),)
