"""Find every nginx on the host: master, workers, and what its binary was built with.

Nothing of it is run. Version and compiled-in paths are read from the binary's own bytes, the command line
from the title that the master writes over its arguments (quoting is lost there, blanks divide).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewayProcess
from why502.observations.place import Place
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.subjects import Machine
from why502.observations.want import Gap, User, Want
from why502.vantage.base import Raw, ReadOnly, Vantage
from why502.vantage.looking import Around, looker

MASTER = "nginx: master process "
WORKER = "nginx: worker process"
CACHE = "nginx: cache manager process"
LEAVING = "is shutting down"
AT_ONCE = timedelta(seconds=0.5)
"""In which a master has started its workers, one after the other."""
BINARY = 48 << 20
VERSION = re.compile(rb"(?:nginx version: |\x00)(nginx|openresty|angie|Angie|Tengine)/(\d+\.\d+(?:\.\d+)*)")
OPTION = re.compile(rb"--(prefix|conf-path|error-log-path|http-log-path)=([^ \x00']+)")
SYSTEM = ("/usr/sbin/nginx",)
DELETED = " (deleted)"
DEFAULT_PREFIX = "/usr/local/nginx/"


@frozen
class Build:
    """What a binary says of itself. Paths are absolute."""

    version: str | None = None
    prefix: str = DEFAULT_PREFIX
    config: str = "conf/nginx.conf"
    error_log: str = "logs/error.log"
    access_log: str = "logs/access.log"


@frozen
class Started:
    """What the command line of a master says; paths as written."""

    config: str | None = None
    prefix: str | None = None
    error_log: str | None = None
    globals: str = ""


def build_of(binary: bytes) -> Build:
    """Read version and configure options out of a binary (they are in it for `nginx -V`)."""
    found = VERSION.search(binary)
    options = {name.decode(): value.decode("utf-8", "replace") for name, value in OPTION.findall(binary)}
    return Build(
        version=found[2].decode() if found else None,
        prefix=options.get("prefix", DEFAULT_PREFIX),
        config=options.get("conf-path", "conf/nginx.conf"),
        error_log=options.get("error-log-path", "logs/error.log"),
        access_log=options.get("http-log-path", "logs/access.log"),
    )


def started_of(command: tuple[str, ...]) -> Started | None:
    """Read the arguments of a master (or of a single process); None where this is no nginx that serves."""
    words = _words(command)
    if words is None:
        return None
    said: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        if word[:2] in {"-c", "-p", "-e"}:
            if len(word) > 2:  # noqa: PLR2004
                said[word[1]] = word[2:]
            elif position + 1 < len(words):
                position += 1
                said[word[1]] = words[position]
        elif word == "-g":
            rest = []
            while position + 1 < len(words) and words[position + 1] not in {"-c", "-p", "-e"}:
                position += 1
                rest.append(words[position])
            said["g"] = " ".join(rest)
        position += 1
    return Started(config=said.get("c"), prefix=said.get("p"), error_log=said.get("e"), globals=said.get("g", ""))


def _words(command: tuple[str, ...]) -> list[str] | None:
    title = " ".join(command)
    if title.startswith(MASTER):
        return title.removeprefix(MASTER).split()[1:]
    name = command[0].rsplit("/", 1)[-1] if command else ""
    if name in {"nginx", "nginx-debug", "openresty", "angie"} and not title.startswith("nginx: "):
        acts = {"-t", "-T", "-v", "-V", "-s", "-h", "-?"}
        return None if acts & set(command[1:]) else list(command[1:])
    return None


def absolute(base: str, path: str) -> str:
    """Put a relative path under a directory."""
    return path if path.startswith("/") else f"{base.rstrip('/')}/{path}"


@looker(GatewayProcess)
async def nginx_processes(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Find each master with its workers."""
    if not isinstance(want.about, Machine):
        return ()
    tables = await around.get(Want(kind=ProcessTable, about=Machine(place=want.about.place.machine())))
    if isinstance(tables, Gap):
        return tables
    return tuple(
        [
            await _gateway(want, around.vantage, table, info, started)
            for table in tables
            for info in table.processes
            if (started := started_of(info.command)) is not None and not _is_worker_of(table, info)
        ]
    )


def _is_worker_of(table: ProcessTable, info: ProcessInfo) -> bool:
    """Tell a forked child that still has its parent's command line from a master."""
    parent = table.by_pid(info.parent)
    return parent is not None and parent.command == info.command


async def _gateway(
    want: Want[Fact], vantage: Vantage, table: ProcessTable, master: ProcessInfo, started: Started
) -> GatewayProcess:
    workers = [each for each in table.children(master.pid) if " ".join(each.command).startswith(WORKER)]
    current = [each for each in workers if LEAVING not in " ".join(each.command)]
    build = await build_at(vantage, master)
    prefix = absolute(master.cwd or "/", started.prefix) if started.prefix else build.prefix
    lead = min(current, key=lambda each: each.started, default=master)
    # a reload replaces the cache manager as well
    serving = [*current, *(each for each in table.children(master.pid) if " ".join(each.command).startswith(CACHE))]
    oldest = min(serving, key=lambda each: each.started, default=master)
    place = lead.place if lead.place.net is not None else master.place
    # Paths mean other files in a root of its own, which a place does not tell.
    assumed = place.net is None or master.root not in {None, "/"}
    if place.net is None:
        # without rights its namespaces cannot be read; they are taken to be ours, and said to be assumed
        place = vantage.here()
    raw = "\n".join(
        f"{each.pid} {' '.join(each.command)} (started {each.started:%F %T} UTC)" for each in (master, oldest)
    )
    return GatewayProcess(
        about=want.about,
        seen=Seen(at=table.seen.at, by="gateways.nginx.process", kind=EvidenceKind.PROCESS, source="/proc", raw=raw),
        since=oldest.started,
        process=master.process,
        place=place,
        product="nginx",
        version=build.version,
        config=absolute(prefix, started.config or build.config),
        prefix=prefix,
        user=User(uid=lead.uid, gid=lead.gid, groups=lead.groups),
        workers=tuple(each.process for each in workers),
        started=master.started,
        took_up=oldest.started,
        oldest=oldest.process,
        at_once=_at_once(oldest, serving, [each for each in workers if each not in current]),
        unit=master.unit,
        assumed=assumed,
    )


def _at_once(oldest: ProcessInfo, serving: Sequence[ProcessInfo], leaving: Sequence[ProcessInfo]) -> bool:
    """Tell whether most of those that serve started together: or beside one that leaves, which none replaces yet."""
    together = [each for each in serving if each.started - oldest.started <= AT_ONCE]
    beside = any(each.started < oldest.started for each in leaving)
    return beside or (len(together) > 1 and len(together) * 2 > len(serving))


async def build_at(vantage: Vantage, master: ProcessInfo) -> Build:
    """Learn what a master was built with.

    The system's own nginx tells it by `nginx -V`; of any other binary, which is not to be run, the bytes are read.
    A binary that was replaced since (an upgrade) has the paths of the running one, but not its version.
    """
    exe = master.exe or "/usr/sbin/nginx"
    path = exe.removesuffix(DELETED)
    here = vantage.here()
    place = master.place if master.place.mnt is not None else Place(host=here.host, mnt=here.mnt)
    build = await _build_of_file(vantage, place, path)
    return replace(build, version=None) if exe.endswith(DELETED) else build


async def _build_of_file(vantage: Vantage, place: Place, path: str) -> Build:
    here = vantage.here()
    if path in SYSTEM and place.same_files(here):
        told = await vantage.run(here, ReadOnly.NGINX_VERSION)
        if isinstance(told, Raw) and b"configure arguments:" in told.data:
            return build_of(told.data)
    raw = await vantage.read(place, path, BINARY)
    return build_of(raw.data) if isinstance(raw, Raw) else Build()
