"""Which units and processes say that they serve an address: socket units, command lines, configuration files."""

from collections.abc import Sequence

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.place import Place
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import Publishes
from why502.observations.subjects import Address, Endpoint, Machine
from why502.observations.units import UnitState, UnitTable
from why502.observations.want import Gap, User, Want
from why502.servers.commands import binds_of_command, may_connect, named
from why502.servers.product import Text, configuration
from why502.servers.words import Where, binds, split
from why502.vantage.looking import Around, looker

MOST = 2000
ROOTS = frozenset({"RootDirectory", "RootImage"})
TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108 - paths that are compared, nothing is written there


def environment_of(unit: UnitState) -> dict[str, str]:
    """Return the variables a unit sets."""
    return dict(each.split("=", 1) for each in unit.environment if "=" in each)


async def texts_of(
    argv: Sequence[str], where: Where, around: Around, reader: User | None
) -> tuple[tuple[Text, ...], bool]:
    """Return the configuration of a known product, and whether any names binds."""
    known = named(argv, dict(where.environment))
    if known is None:
        return (), False
    texts = await configuration(known[0], known[1], where, around.vantage, reader)
    return texts, any(setting.given and setting.binds for setting in known[0].settings(known[1], where, texts))


async def of_unit(unit: UnitState, activated: bool, place: Place, around: Around) -> tuple[tuple[Address, ...], str]:
    """Return what a unit names and where. One that a socket unit starts gets its sockets, not the product's default."""
    directory = unit.directory if unit.directory.startswith("/") else "/"
    environment = environment_of(unit)
    where = Where(place=place, cwd=directory, environment=tuple(sorted(environment.items())))
    if unit.listens:
        return binds(unit.listens, where), f"{unit.about} ListenStream"
    found: list[Address] = []
    for text in unit.commands[:10]:
        argv = split(text)
        texts, given = await texts_of(argv, where, around, None)
        if given or not activated:
            found += binds_of_command(argv, directory, place, environment, texts)
    return tuple(dict.fromkeys(found)), f"{unit.about} ExecStart"


def apart(unit: UnitState, bind: Address) -> bool | None:
    """Tell whether a bind of a unit is of a network, or of files, that are its own; None where it may be.

    With `JoinsNamespaceOf=` they are those of another unit, and `NetworkNamespacePath=` may name any network. The
    manager itself binds the path of a socket unit.
    """
    joins: bool | None = None if "JoinsNamespaceOf" in unit.own else True
    if isinstance(bind, Endpoint):
        if "NetworkNamespacePath" in unit.own:
            return None
        return joins if "PrivateNetwork" in unit.own else False
    if unit.listens:
        return False
    if "PrivateTmp" in unit.own and bind.path.startswith(TEMPORARY):
        return joins
    return None if ROOTS & set(unit.own) else False


async def units_of(want: Want[Fact], around: Around) -> tuple[Publishes, ...] | Gap:
    """Return what every unit of the host names; units run in the host's own namespaces unless they say otherwise."""
    tables = await around.get(Want(kind=UnitTable, about=Machine(place=want.about.place.machine())))
    if isinstance(tables, Gap):
        return tables
    made: list[Publishes] = []
    here = around.vantage.here()
    for table in tables:
        activated = {name for unit in table.units for name in unit.triggers if str(unit.about).endswith(".socket")}
        for unit in table.units[:MOST]:
            found, source = await of_unit(unit, str(unit.about) in activated, here, around)
            sure = bool(unit.listens) or not any(
                may_connect(split(text), environment_of(unit)) for text in unit.commands[:10]
            )
            for where in (False, None, True):
                names = tuple(bind for bind in found if apart(unit, bind) is where)
                if names:
                    made.append(
                        Publishes(about=unit.about, seen=unit.seen, binds=names, source=source, sure=sure, apart=where)
                    )
    return tuple(made)


async def of_process(info: ProcessInfo, around: Around) -> tuple[Address, ...]:
    """Return what a process's command line or configuration names."""
    where = Where(place=info.place, cwd=info.cwd or "/")
    reader = User(uid=info.uid, gid=info.gid, groups=info.groups)
    texts, _ = await texts_of(info.command, where, around, reader)
    return binds_of_command(info.command, where.cwd, info.place, None, texts)


def only_starts(info: ProcessInfo, children: Sequence[ProcessInfo]) -> bool:
    """Tell whether a process merely waits for another command that it was given (`sh -c`, `nsenter`, `sudo`).

    A script runs under its interpreter, which stands before the words of the command then.
    """
    words = info.command
    others = [child.command for child in children if child.command != words]
    commands = [command for other in others for command in (other, other[1:]) if command]
    return any(len(command) < len(words) and words[-len(command) :] == command for command in commands)


async def processes_of(want: Want[Fact], around: Around) -> tuple[Publishes, ...] | Gap:
    """Return what every process names, its children with the same command left out."""
    tables = await around.get(Want(kind=ProcessTable, about=Machine(place=want.about.place.machine())))
    if isinstance(tables, Gap):
        return tables
    made: list[Publishes] = []
    for table in tables:
        commands = {info.pid: info.command for info in table.processes}
        children: dict[int, list[ProcessInfo]] = {}
        for info in table.processes:
            children.setdefault(info.parent, []).append(info)
        for info in table.processes:
            if not info.command or info.state == "Z" or commands.get(info.parent) == info.command:
                continue
            if only_starts(info, children.get(info.pid, [])):
                continue
            found = await of_process(info, around)
            if found:
                seen = Seen(
                    at=table.seen.at,
                    by="servers.publishing",
                    kind=EvidenceKind.PROCESS,
                    source=f"/proc/{info.pid}/cmdline",
                    raw=f"{info.pid} {' '.join(info.command)}"[:2000],
                )
                sure = not may_connect(info.command)
                made.append(Publishes(about=info.process, seen=seen, binds=found, source="command line", sure=sure))
    return tuple(made)


@looker(Publishes)
async def publishing(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Return all units and processes of a Machine that name addresses."""
    if not isinstance(want.about, Machine):
        return ()
    units = await units_of(want, around)
    processes = await processes_of(want, around)
    if isinstance(units, Gap):
        return units
    return processes if isinstance(processes, Gap) else (*units, *processes)
