"""The service and socket units of a host: `systemctl show` for those loaded, unit files for the others.

`systemctl show '*.service'` tells only of loaded units; one that is stopped and not enabled is not loaded. So the
directories of unit files are read too, and a file in the administrator's or run-time directory is parsed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from why502.host.reading import gap, seen, text_of
from why502.host.unit_text import (
    Properties,
    names_of_environment,
    parse_command,
    parse_listen,
    parse_ran,
    parse_show,
    parse_time,
    parse_unit_file,
    switched_on,
    value,
    whole,
)
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.place import Place, Window
from why502.observations.subjects import Machine, Unit
from why502.observations.units import UnitState, UnitTable
from why502.observations.want import Gap, Want
from why502.vantage.base import No, Raw, ReadOnly, Refusal, Vantage
from why502.vantage.looking import Around, looker

MANAGER = "/run/systemd/system"
WRITTEN = ("/etc/systemd/system", "/run/systemd/system")
SHIPPED = ("/usr/local/lib/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system")
KINDS = (".service", ".socket")
MOST = 2000
FILE = 1 << 18
SHOWN = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "MainPID",
    "ExecMainCode",
    "ExecMainStatus",
    "NRestarts",
    "StateChangeTimestamp",
    "UnitFileState",
    "FragmentPath",
)
APART = ("PrivateNetwork", "NetworkNamespacePath", "JoinsNamespaceOf", "PrivateTmp", "RootDirectory", "RootImage")
"""Settings that give a unit a network or files of its own (systemd.exec(5), systemd.unit(5))."""

CODES = {1: "exited", 2: "killed", 3: "dumped"}
"""CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2), as systemd prints `ExecMainCode`."""


def last_change(properties: Mapping[str, tuple[str, ...]]) -> datetime | None:
    """Return a time after which the unit did not change its state: the end of the second that is printed."""
    changed = parse_time(value(properties, "StateChangeTimestamp"))
    return None if changed is None else changed + timedelta(seconds=1)


def state(properties: Properties, place: Place, at: Window, source: str) -> UnitState:
    """Make the state of a loaded unit from its properties."""
    listens = (parse_listen(each) for each in properties.get("Listen", ()))
    lines = [f"{name}={value(properties, name)}" for name in SHOWN if name in properties]
    exited = parse_time(value(properties, "ExecMainExitTimestamp"))
    return UnitState(
        about=Unit(place=place, name=value(properties, "Id")),
        seen=seen(__name__, at, EvidenceKind.UNIT, source, lines),
        since=last_change(properties),
        load=value(properties, "LoadState"),
        active=value(properties, "ActiveState"),
        sub=value(properties, "SubState"),
        result=value(properties, "Result"),
        main_pid=whole(properties, "MainPID"),
        commands=tuple(filter(None, map(parse_command, properties.get("ExecStart", ())))),
        exit_code=CODES.get(whole(properties, "ExecMainCode"), ""),
        exit_status=whole(properties, "ExecMainStatus"),
        restarts=whole(properties, "NRestarts"),
        user=value(properties, "User"),
        directory=value(properties, "WorkingDirectory").removeprefix("!"),
        environment=names_of_environment(value(properties, "Environment")),
        listens=tuple(each for each in listens if each),
        triggers=tuple(value(properties, "Triggers").split()),
        fragment=value(properties, "FragmentPath"),
        started=parse_time(value(properties, "ExecMainStartTimestamp"))
        or parse_time(value(properties, "ActiveEnterTimestamp")),
        stopped=parse_time(value(properties, "InactiveEnterTimestamp")) or exited,
        enabled=value(properties, "UnitFileState"),
        cgroup=value(properties, "ControlGroup"),
        own=tuple(name for name in APART if switched_on(value(properties, name))),
        reloaded=parse_ran(value(properties, "ExecReload")),
    )


def written(text: str, name: str, path: str, place: Place, at: Window) -> UnitState:
    """Make the state of a unit that is not loaded from its file: it does not run, and since when is not known.

    A package's file is not read (no text).
    """
    found = parse_unit_file(text)
    listens = found.get("Socket.ListenStream", ())
    service = value(found, "Socket.Service") or name.removesuffix(".socket") + ".service"
    sections = ("Socket", "Unit") if name.endswith(".socket") else ("Service", "Unit")
    own = {each for each in APART for section in sections if switched_on(value(found, f"{section}.{each}"))}
    if any(switched_on(value(found, f"{section}.DynamicUser")) for section in sections):
        own.add("PrivateTmp")  # which it brings (systemd.exec(5)); `systemctl show` says both
    commands = tuple(each.lstrip("@-:+!") for each in found.get("Service.ExecStart", ()))
    return UnitState(
        about=Unit(place=place, name=name),
        seen=seen(__name__, at, EvidenceKind.UNIT, path, text.splitlines()),
        load="not-loaded",
        active="inactive",
        sub="dead",
        result="",
        main_pid=0,
        commands=commands,
        user=value(found, "Service.User"),
        directory=value(found, "Service.WorkingDirectory").lstrip("-"),
        environment=tuple(word for each in found.get("Service.Environment", ()) for word in names_of_environment(each)),
        listens=listens,
        triggers=(service,) if name.endswith(".socket") else (),
        fragment=path,
        own=tuple(each for each in APART if each in own),
    )


async def manager(vantage: Vantage, place: Place) -> bool | Refusal:
    """Tell whether systemd runs the host (sd_booted(3))."""
    entry = await vantage.stat(place, MANAGER)
    if isinstance(entry, Refusal):
        return False if entry.no is No.MISSING else entry
    return entry.kind == "dir"


async def installed(vantage: Vantage, place: Place, loaded: frozenset[str], at: Window) -> list[UnitState]:
    """Return the units that are installed and not loaded; a file of the administrator hides a package's.

    Templates (`app@.service`) and drop-in directories are no units of their own. A unit that drop-in files may change
    is asked of the manager.
    """
    found: dict[str, UnitState] = {}
    listed = {directory: await vantage.list(place, directory) for directory in (*WRITTEN, *SHIPPED)}
    beside = {name for names in listed.values() if not isinstance(names, Refusal) for name in names}
    for directory, names in listed.items():
        for name in () if isinstance(names, Refusal) else names[: MOST * 2]:
            if not name.endswith(KINDS) or "@." in name or name in loaded or name in found or len(found) >= MOST:
                continue
            path = f"{directory}/{name}"
            if directory not in WRITTEN:
                found[name] = written("", name, path, place, at)
            elif beside & drop_ins(name):
                found[name] = await changed(vantage, place, name, path, at)
            else:
                raw = await vantage.read(place, path, FILE)
                found[name] = written(text_of(raw) if isinstance(raw, Raw) else "", name, path, place, at)
    return [found[name] for name in sorted(found)]


def drop_ins(name: str) -> set[str]:
    """Return the directories whose files change a unit: `a-b.service.d`, `a-.service.d`, `service.d`."""
    stem, _, kind = name.rpartition(".")
    parts = stem.split("-")
    prefixes = ("-".join(parts[:many]) + "-" for many in range(1, len(parts)))
    return {f"{name}.d", f"{kind}.d", *(f"{each}.{kind}.d" for each in prefixes)}


async def changed(vantage: Vantage, place: Place, name: str, path: str, at: Window) -> UnitState:
    """Ask the manager what a unit that is not loaded comes to with its drop-in files; nothing is known without it."""
    raw = await vantage.run(place, ReadOnly.UNIT, name)
    shown = parse_show(text_of(raw)) if isinstance(raw, Raw) else []
    if isinstance(raw, Refusal) or not shown or value(shown[0], "LoadState") != "loaded":
        return written("", name, path, place, at)
    return state({**shown[0], "Id": (name,)}, place, raw.at, raw.source)


async def loaded_units(
    want: Want[Fact], around: Around, place: Place
) -> tuple[tuple[UnitState, ...], frozenset[str]] | Gap:
    """Ask the manager for every loaded service and socket unit, and for all names they have."""
    raw = await around.vantage.run(place, ReadOnly.UNITS)
    if isinstance(raw, Refusal):
        return gap(want, raw, around.vantage)
    shown = parse_show(text_of(raw))
    names = frozenset(name for each in shown for name in value(each, "Names").split())
    real = [each for each in shown if value(each, "LoadState") != "not-found"]
    return tuple(state(each, place, raw.at, raw.source) for each in real), names


@looker(UnitTable)
async def units(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read all service and socket units of a Machine; none, and no manager, where systemd does not run."""
    if not isinstance(want.about, Machine):
        return ()
    vantage, place = around.vantage, want.about.place.machine()
    begun = await vantage.now()
    runs = await manager(vantage, place)
    if isinstance(runs, Refusal):
        return gap(want, runs, vantage)
    if not runs:
        at = Window(start=begun, end=await vantage.now())
        says = seen(__name__, at, EvidenceKind.UNIT, MANAGER, ["systemd does not run this host"])
        return (UnitTable(about=want.about, seen=says, units=(), manager=False),)
    loaded = await loaded_units(want, around, place)
    if isinstance(loaded, Gap):
        return loaded
    at = Window(start=begun, end=await vantage.now())
    every = (*loaded[0], *await installed(vantage, place, loaded[1], at))
    lines = [f"{each.about} {each.load} {each.active} {each.sub} {each.result}" for each in every]
    return (
        UnitTable(
            about=want.about,
            seen=seen(__name__, at, EvidenceKind.UNIT, "systemctl show", lines),
            units=every,
        ),
    )


@looker(UnitState)
async def unit(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Return one Unit's state; `()` where the host has no such unit."""
    if not isinstance(want.about, Unit):
        return ()
    tables = await around.get(Want(kind=UnitTable, about=Machine(place=want.about.place.machine())))
    if isinstance(tables, Gap):
        return tables
    every = tuple(each for table in tables for each in table.units)
    found = tuple(each for each in every if each.about == want.about)
    if found or not tables or not tables[0].manager:
        return found
    return await alone(want, around, want.about)


async def alone(want: Want[Fact], around: Around, subject: Unit) -> tuple[Fact, ...] | Gap:
    """Ask for a unit that is in no table: an instance of a template, or an alias."""
    raw = await around.vantage.run(subject.place.machine(), ReadOnly.UNIT, subject.name)
    if isinstance(raw, Refusal):
        return gap(want, raw, around.vantage)
    shown = parse_show(text_of(raw))
    if not shown or value(shown[0], "LoadState") in {"", "not-found"}:
        return ()
    return (state({**shown[0], "Id": (subject.name,)}, subject.place, raw.at, raw.source),)
