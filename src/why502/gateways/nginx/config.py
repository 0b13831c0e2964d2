"""Read the configuration of a running nginx from its files, and tell what is newer than the process."""

from datetime import datetime, timedelta
from posixpath import dirname, join

from why502.gateways.nginx.generation import TakenUp, taken_up
from why502.gateways.nginx.process import started_of
from why502.gateways.nginx.tree import Config, List, Loading, Read
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewayProcess
from why502.observations.place import Place, Window
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Machine, Process
from why502.observations.want import Gap, User, Want
from why502.vantage.base import Entry, No, Raw, Refusal
from why502.vantage.looking import Around, looker, refused

MOST = 64 << 20
ROUNDS = 64
LINKS = 16
TICK = timedelta(milliseconds=50)
DOUBT = "perhaps that one merely took the place of another, with what the master had read before"


@frozen
class NginxConfiguration(Fact):
    """The configuration of one nginx as read (about: Process of the master); for this room's own lookers.

    `newer` are files and directories changed after the process took its configuration up, `doubtful` those that may
    be; `changed` is the newest change of all.
    """

    config: Config
    newer: tuple[str, ...]
    doubtful: tuple[str, ...]
    changed: datetime

    __hash__ = object.__hash__


async def gateway_at(process: Process, around: Around) -> GatewayProcess | Gap | None:
    """Return the nginx whose master this is."""
    found = await around.get(Want(kind=GatewayProcess, about=Machine(place=process.place.machine())))
    if isinstance(found, Gap):
        return found
    ours = (each for each in found if each.process == process and each.product == "nginx")
    return next(ours, None)


@looker(NginxConfiguration)
async def nginx_configuration(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Load main file and includes through the vantage."""
    if not isinstance(want.about, Process):
        return ()
    gateway = await gateway_at(want.about, around)
    if gateway is None or isinstance(gateway, Gap):
        return () if gateway is None else gateway
    master = await _master(gateway, around)
    loading = Loading(gateway.config, gateway.prefix, master.globals)
    files = _Files(around, gateway, master.reader)
    first = await files.fetch(loading)
    config = loading.config()
    if not config.sources or gateway.config not in config.sources:
        refusal = first or Refusal(no=No.MISSING, at=gateway.seen.at, text="not there")
        return refused(want, gateway.config, refusal, around.vantage)
    newer, doubtful = await _not_loaded(files.changed, gateway, around)
    changed = max(files.changed.values(), default=gateway.took_up)
    at = files.at
    told = (f"{path} changed after the workers took it up" for path in newer)
    perhaps = (f"{path} changed before the oldest worker started, and after the master: {DOUBT}" for path in doubtful)
    raw = "\n".join((gateway.config, *told, *perhaps))[:2000]
    return (
        NginxConfiguration(
            about=want.about,
            seen=Seen(at=at, by="gateways.nginx.config", kind=EvidenceKind.CONFIG, source=gateway.config, raw=raw),
            since=None if newer or doubtful else gateway.took_up,
            config=config,
            newer=newer,
            doubtful=doubtful,
            changed=changed,
        ),
    )


async def _not_loaded(
    changed: dict[str, datetime], gateway: GatewayProcess, around: Around
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files that are newer than what runs, and those that may be: what the master read since is not told.

    A worker that takes the place of one that died has what the master read before, however young it is.
    """
    newer = {path for path, at in changed.items() if at > gateway.took_up + TICK}
    between = {path for path, at in changed.items() if at > gateway.started + TICK} - newer
    when = await taken_up(gateway, around) if between else TakenUp.JUST_THEN
    if when is TakenUp.BEFORE:
        return tuple(sorted(newer | between)), ()
    return tuple(sorted(newer)), tuple(sorted(between)) if when is TakenUp.NOT_KNOWN else ()


@frozen
class _Master:
    """What else is known of the master: directives of its command line, and whose rights its files are read with."""

    globals: str
    reader: User | None


async def _master(gateway: GatewayProcess, around: Around) -> _Master:
    tables = await around.get(Want(kind=ProcessTable, about=Machine(place=gateway.process.place.machine())))
    table = None if isinstance(tables, Gap) or not tables else tables[0]
    info = table.by_pid(gateway.process.pid) if table is not None else None
    if info is None:
        return _Master(globals="", reader=None)
    started = started_of(info.command)
    given = started.globals if started is not None else ""
    # Debian's unit gives only these two, which change nothing that is asked here.
    return _Master(globals=given, reader=User(uid=info.uid, gid=info.gid, groups=info.groups))


class _Files:
    """Fetches what a `Loading` wants, and remembers when each file and directory changed."""

    def __init__(self, around: Around, gateway: GatewayProcess, reader: User | None) -> None:
        self._vantage = around.vantage
        self._place: Place = gateway.place
        self._reader = reader
        self.changed: dict[str, datetime] = {}
        self.at: Window = gateway.seen.at

    async def fetch(self, loading: Loading) -> Refusal | None:
        """Fetch until nothing is wanted; return the first refusal."""
        first: Refusal | None = None
        for _ in range(ROUNDS):
            wishes = loading.wanted()
            if not wishes:
                break
            for wish in wishes:
                refusal = await (self._read(loading, wish) if isinstance(wish, Read) else self._list(loading, wish))
                first = first or refusal
        return first

    async def _read(self, loading: Loading, wish: Read) -> Refusal | None:
        raw = await self._vantage.read(self._place, wish.path, MOST, reader=self._reader)
        if isinstance(raw, Refusal):
            loading.give_file(wish.path, None, raw.text or "cannot be read")
            return raw
        await self._note(wish.path, raw)
        loading.give_file(wish.path, raw.data)
        return None

    async def _list(self, loading: Loading, wish: List) -> Refusal | None:
        names = await self._vantage.list(self._place, wish.path)
        loading.give_names(wish.path, None if isinstance(names, Refusal) else names)
        entry = await self._vantage.stat(self._place, wish.path)
        if isinstance(entry, Entry):
            self.changed[wish.path] = max(entry.mtime, entry.ctime)
        return names if isinstance(names, Refusal) else None

    async def _note(self, path: str, raw: Raw) -> None:
        """Remember when a file changed, or the links that lead to it.

        The time of the inode's own change counts as well: `cp -p`, `rsync -a` and packages set old times.
        """
        times = [] if raw.changed is None else [raw.changed]
        target = path
        for _ in range(LINKS):
            entry = await self._vantage.stat(self._place, target)
            if isinstance(entry, Refusal):
                break
            times.append(max(entry.mtime, entry.ctime))
            if entry.target is None:
                break
            target = join(dirname(target), entry.target)
        if times:
            self.changed[path] = max(times)
        self.at = self.at.joined(raw.at)
