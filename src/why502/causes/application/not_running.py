"""The service that should answer is stopped.

## What happens
The application's unit is inactive or failed, so nothing holds the address or the socket that the gateway uses.

## Told apart from
`gateway.wrong-address`: there the application runs and listens elsewhere. Here something names exactly this
address (a unit, a socket unit, the service's own log) and does not run. `application.starting` and
`application.crash-loop` have a process, or had one again and again.

## Remedy
Start the unit, read its journal for the reason of the stop, and have it started at boot and after a failure.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Address, Endpoint, Machine, SocketPath
from why502.observations.units import UnitTable
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Irrelevant,
    Proven,
    Risk,
    Suspected,
    Verdict,
)
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.listening import Listens, who_listens
from why502.rules.publishing import Publisher, live_process, publishers_want, who_should

DIRECT = frozenset({FailureId.CONNECT_REFUSED, FailureId.CONNECT_NO_SOCKET})
UNDER = frozenset({"network.nothing-listening", "gateway.socket-missing"})


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        FailureId.CONNECT_NO_SOCKET,
        "gateway.socket-missing",
        FailureId.NO_LIVE_UPSTREAM,
        "gateway.all-servers-ejected",
        "gateway.upstream-missing",
        "dns.name-not-found",
        "network.host-down",
        "platform.tunnel-down",
    },
    common=1,
)
def not_running(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a stopped unit that names exactly this address."""
    address = case.failure.about
    if not isinstance(address, Endpoint | SocketPath) or case.failure.id not in DIRECT:
        return Suspected(grade=Grade.COMPATIBLE, says="perhaps the application does not run")
    held = who_listens(address, evidence)
    if isinstance(held, Listens):
        return Excluded(because=(held.table,), says=f"something listens on {address}")
    should = who_should(address, evidence)
    if should is None:
        return _guess(address, (publishers_want(address),))
    running = [each for each in should if live_process(each) is not None or _runs(each)]
    if running:
        facts: tuple[Fact, ...] = tuple(each.names for each in running)
        return Excluded(because=facts, says=f"{running[0].names.about} names {address} and is running")
    stopped = [each for each in should if each.stopped]
    if len(stopped) != 1 or not _same_network(address, evidence):
        return _guess(address, (Want(kind=UnitTable, about=Machine(place=address.place.machine())),))
    return _proof(address, stopped[0])


def _runs(publisher: Publisher) -> bool:
    return publisher.state is not None and not publisher.stopped


def _same_network(address: Address, evidence: Evidence) -> bool:
    """Units of the host bind in the namespace of its first process; another's loopback is another address."""
    if isinstance(address, SocketPath):
        return True
    table = one(evidence, Want(kind=ProcessTable, about=Machine(place=address.place.machine())))
    first = table.by_pid(1) if table is not None else None
    return first is not None and first.place.same_network(address.place)


def _proof(address: Address, publisher: Publisher) -> Verdict:
    unit, state = publisher.unit, publisher.state
    if unit is None or state is None:
        return Irrelevant()
    since = f" since {state.since:%F %T} UTC" if state.since is not None else ""
    result = f" ({state.result})" if state.result not in {"", "success"} else ""
    return Proven(
        subject=unit,
        because=(publisher.names, state),
        says=f"{unit.name}, which serves {address}, is {state.active}{result}{since}",
        fixes=(
            Fix(
                title=f"Start {unit.name}",
                commands=(f"systemctl start {unit.name}", f"journalctl -u {unit.name} -n 50 --no-pager"),
                risk=Risk.RESTART,
            ),
        ),
    )


def _guess(address: Address, wants: tuple[Want[Fact], ...]) -> Suspected:
    return Suspected(
        grade=Grade.COMPATIBLE,
        says=f"perhaps the application that should serve {address} does not run",
        wants=wants,
    )
