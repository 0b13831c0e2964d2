"""What the application's own logs and units say around a failure."""

import re
from collections.abc import Collection
from datetime import timedelta

from why502.observations.fact import Fact
from why502.observations.server import AppServer, Says, ServerMessage
from why502.observations.subjects import Address, Endpoint, Machine, Process, Unit
from why502.observations.units import UnitState
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.holding import address_of, holding
from why502.rules.knowing import all_known, known
from why502.rules.publishing import names_address, publishers_want

NEAR = timedelta(seconds=5)
"""What a server logs of a broken request comes within this of the gateway's line."""

LATELY = timedelta(hours=1)
MOST = 4
OWN_LIMIT = re.compile(r"heap out of memory|Allowed memory size of \d+ bytes exhausted|OutOfMemoryError", re.ASCII)


def servers_want(address: Address) -> Want[AppServer]:
    """Return the want of all application servers of the host."""
    return Want(kind=AppServer, about=Machine(place=address.place.machine()))


def servers_at(address: Address, evidence: Evidence) -> tuple[AppServer, ...]:
    """Return the application servers that serve the address, by their listener or by what they were told to bind."""
    held = holding(address, evidence)
    pids = {pid for each in (held.listeners if held is not None else ()) for pid in each.pids}
    return tuple(
        server
        for server in all_known(evidence, servers_want(address))
        if (isinstance(server.about, Process) and server.about.pid in pids)
        or any(names_address(bind, address) for bind in server.binds)
    )


def units_at(address: Address, evidence: Evidence) -> tuple[Unit, ...]:
    """Return the services that name the address or hold its listener, four at most."""
    place = address.place.machine()
    published = all_known(evidence, publishers_want(address))
    held = holding(address, evidence)
    found = [
        each.about.name
        for each in published
        if isinstance(each.about, Unit)
        and each.apart is not True
        and any(names_address(bind, address) for bind in each.binds)
    ]
    found += [info.unit for info in (held.holders if held is not None else ()) if info.unit is not None]
    found += [server.unit for server in servers_at(address, evidence) if server.unit is not None]
    services = [name for name in found if name.endswith(".service") and not name.startswith("user@")]
    return tuple(Unit(place=place, name=name) for name in dict.fromkeys(services))[:MOST]


def units_of(case: Case, evidence: Evidence) -> tuple[UnitState, ...]:
    """Return the states of the services behind a case: the proven link's own, or those of the address."""
    subject = case.under.proof.subject if case.under is not None else None
    address = address_of(case)
    if isinstance(subject, Unit):
        found: tuple[Unit, ...] = (subject,)
    else:
        found = units_at(address, evidence) if address is not None else ()
    states = [known(evidence, Want(kind=UnitState, about=each)) for each in found]
    return tuple(each for each in states if each is not None and not _out_of_reach(each, address))


def _out_of_reach(state: UnitState, address: Address | None) -> bool:
    """Tell whether a unit has a network of its own, where it cannot be what should listen on the address."""
    return isinstance(address, Endpoint) and "PrivateNetwork" in state.own


def heard(
    case: Case, evidence: Evidence, says: Collection[Says], before: timedelta = NEAR, after: timedelta = NEAR
) -> tuple[ServerMessage, ...]:
    """Return what the logs of the upstream's servers and services say, the newest last.

    Counted are messages from `before` the failure's beginning to `after` its end; one that names another address
    is another server's.
    """
    address = address_of(case)
    if address is None:
        return ()
    subject = case.under.proof.subject if case.under is not None else None
    logs: list[Process | Unit] = [
        each.about for each in servers_at(address, evidence) if isinstance(each.about, Process)
    ]
    logs = [*logs[:MOST], *units_at(address, evidence), *([subject] if isinstance(subject, Unit) else [])]
    start, end = case.window.start - before, case.window.end + after
    found = [
        message
        for log in dict.fromkeys(logs)
        for message in all_known(evidence, Want(kind=ServerMessage, about=log))
        if message.says in says
        and start <= message.seen.at.end
        and message.seen.at.start <= end
        and (message.bind is None or names_address(message.bind, address))
    ]
    return tuple(sorted(found, key=lambda each: each.seen.at.start))


def hearing_wants(case: Case) -> tuple[Want[Fact], ...]:
    """Return what would lead to those logs."""
    address = address_of(case)
    return () if address is None else (servers_want(address), publishers_want(address))


def at_memory_limit(message: ServerMessage) -> bool:
    """Tell whether a runtime says that it reached its own memory limit."""
    return OWN_LIMIT.search(message.seen.raw) is not None
