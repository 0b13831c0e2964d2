"""The running servers of a product: masters among the processes, their settings, their living workers."""

from collections.abc import Sequence

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import AppServer
from why502.observations.subjects import Machine, Unit
from why502.observations.units import UnitState
from why502.observations.want import Gap, User, Want
from why502.servers.product import Product, Setting, configuration
from why502.servers.words import Where, split
from why502.vantage.looking import Around

MOST = 500
"""Most masters of one product that are looked at."""

TITLES = {"gunicorn": "gunicorn: master ["}
"""What a master calls itself where it writes its title over its arguments (setproctitle)."""


def called(product: Product, info: ProcessInfo) -> bool:
    """Tell whether the process is this product's, by its command or its title."""
    title = TITLES.get(product.name)
    by_title = title is not None and bool(info.command) and info.command[0].startswith(title)
    return by_title or product.arguments(info.command) is not None


def masters(product: Product, processes: Sequence[ProcessInfo]) -> tuple[ProcessInfo, ...]:
    """Return the processes that are this product's while their parents are not; a dead one is none."""
    found = {info.pid: info for info in processes if info.state != "Z" and called(product, info)}
    return tuple(info for info in found.values() if info.parent not in found)[:MOST]


def workers(product: Product, master: ProcessInfo, processes: Sequence[ProcessInfo], pool: str | None) -> int:
    """Count living children that work: those of the pool, or all that are the product's or were spawned by Python."""
    children = [info for info in processes if info.parent == master.pid and info.state != "Z" and info.command]
    if pool is not None:
        return sum(info.command[0].strip() == f"{product.name}: pool {pool}" for info in children)
    alike = sum(called(product, info) or "spawn_main" in " ".join(info.command) for info in children)
    titled = sum(info.command[0].startswith(f"{product.name}: worker") for info in children)
    # A server without a master works itself.
    return alike + titled or (1 if product.name != "gunicorn" else 0)


async def command_of(product: Product, info: ProcessInfo, around: Around) -> tuple[str, ...] | None:
    """Return the arguments; of a process whose title hides them, those that its unit started it with."""
    given = product.arguments(info.command)
    if given is not None or info.unit is None:
        return given
    states = await around.get(Want(kind=UnitState, about=Unit(place=info.place.machine(), name=info.unit)))
    commands = () if isinstance(states, Gap) else (text for state in states for text in state.commands)
    found = (product.arguments(split(text)) for text in commands)
    return next((each for each in found if each is not None), None)


async def settings_of(product: Product, info: ProcessInfo, around: Around) -> tuple[Setting, ...]:
    """Read what a running master was told; nothing is known where its title hides the arguments."""
    given = await command_of(product, info, around)
    if given is None:
        return (Setting(source="process title"),)
    where = Where(place=info.place, cwd=info.cwd or "/")
    reader = User(uid=info.uid, gid=info.gid, groups=info.groups)
    texts = await configuration(product, given, where, around.vantage, reader)
    return product.settings(given, where, texts) or (Setting(source="process"),)


async def processes_of(want: Want[Fact], around: Around) -> tuple[ProcessTable, ...] | Gap:
    """Return the processes of the subject's host."""
    return await around.get(Want(kind=ProcessTable, about=Machine(place=want.about.place.machine())))


async def running(product: Product, want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Yield every running server of a product on a Machine, one for each pool."""
    if not isinstance(want.about, Machine):
        return ()
    tables = await processes_of(want, around)
    if isinstance(tables, Gap):
        return tables
    found: list[AppServer] = []
    for table in tables:
        for info in masters(product, table.processes):
            for setting in await settings_of(product, info, around):
                count = workers(product, info, table.processes, setting.pool)
                found.append(server(product, info, setting, count, table.seen))
    return tuple(found)


def server(product: Product, info: ProcessInfo, setting: Setting, count: int, table: Seen) -> AppServer:
    """Make the fact of one server (or pool)."""
    raw = (
        f"{info.pid} {' '.join(info.command)}"[:1000] + f"\n{setting.source}: {count} worker{'' if count == 1 else 's'}"
    )
    return AppServer(
        about=info.process,
        seen=Seen(
            at=table.at,
            by=product.home.removeprefix("why502."),
            kind=EvidenceKind.PROCESS,
            source=f"/proc/{info.pid}/cmdline",
            raw=raw[:2000],
        ),
        # A file may have changed since the process read it; its arguments can not.
        since=info.started if setting.source == "command line" else None,
        product=product.name,
        binds=setting.binds,
        capacity=setting.capacity,
        workers=count,
        timeout=setting.timeout,
        keepalive=setting.keepalive,
        unit=info.unit,
        source=setting.source if setting.pool is None else f"{setting.source} [{setting.pool}]",
    )
