"""The service that should answer is stopped.

## What happens
The application's unit is inactive or failed, so nothing holds the address or the socket that the gateway uses.

## Told apart from
`gateway.wrong-address`: there the application runs and listens elsewhere. Here something names exactly this
address (a unit, a socket unit, the service's own log) and does not run. `application.starting` and
`application.crash-loop` have a process, or had one again and again. Where the route answered after the unit had
stopped, something else served it.

## Remedy
Start the unit, read its journal for the reason of the stop, and have it started at boot and after a failure.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Window
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Address, Endpoint, Machine, SocketPath
from why502.observations.units import UnitJournal, UnitTable
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
from why502.rules.answering import may_be_from, some_from
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.listening import Listens, Nobody, NotSeen, who_listens
from why502.rules.owning import is_own, of_first_process
from why502.rules.publishing import Publisher, live_process, publishers_want, who_surely_should
from why502.rules.slowness import served_want

DIRECT = frozenset({FailureId.CONNECT_REFUSED, FailureId.CONNECT_NO_SOCKET})
SECONDS = timedelta(seconds=2)
"""By which the times of an access log (whole seconds) and of systemd may differ."""


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
    if isinstance(address, Endpoint) and not is_own(address, evidence):
        return _guess(address, ())
    held = who_listens(address, evidence)
    if isinstance(held, Listens):
        return _listens(address, held, evidence)
    return _silent(case, evidence, address, held)


def _listens(address: Address, held: Listens, evidence: Evidence) -> Verdict:
    if not held.sure or (isinstance(address, SocketPath) and not _same_files(address, held, evidence)):
        return _guess(address, ())
    return Excluded(because=(held.table,), says=f"something listens on {address}")


def _silent(case: Case, evidence: Evidence, address: Address, held: Nobody | NotSeen) -> Verdict:
    """Judge by who should listen, where nobody is seen to."""
    should = who_surely_should(address, evidence)
    if should is None:
        return _guess(address, (publishers_want(address),))
    running = _running(tuple(each for each in should if each.here))
    if running:
        return Excluded(because=running, says=f"{running[0].about} names {address} and is not stopped")
    stopped = lead(tuple(each for each in should if each.names.apart is not True), evidence)
    seen = isinstance(held, Nobody) or (case.under is not None and case.under.cause == "gateway.socket-missing")
    if stopped is None or not seen:
        return _guess(address, (Want(kind=UnitTable, about=Machine(place=address.place.machine())),))
    if not stopped.here or not of_first_process(address, evidence):
        proof = _proof(address, stopped)
        return Suspected(grade=Grade.SPECIFIC, says=proof.says) if isinstance(proof, Proven) else proof
    if _answered_since(case, evidence, stopped):
        return _guess(address, ())
    return _proof(address, stopped)


def _running(should: tuple[Publisher, ...]) -> tuple[Fact, ...]:
    """Return what shows that something that names the address runs: a live process, or a unit that is not stopped."""
    found: list[Fact] = []
    for each in should:
        if live_process(each) is not None:
            found.append(each.names)
        elif each.state is not None and not each.stopped:
            found += [each.names, each.state]
    return tuple(found)


def lead(should: tuple[Publisher, ...], evidence: Evidence) -> Publisher | None:
    """Return the one stopped unit; of a socket unit and the services that it starts, the socket unit.

    Of several units that name the address the one that ran: another, which was never started since boot, is not what
    stopped. None where several ran, or where the state of one is not known.
    """
    if not all(each.stopped for each in should):
        return None
    first = [each for each in should if all(each is other or _starts(each, other) for other in should)]
    found = first or [each for each in should if _ran(each, evidence)]
    return found[0] if len(found) == 1 else None


def _ran(publisher: Publisher, evidence: Evidence) -> bool:
    """Tell whether a unit ran: systemd forgets the times of one that it unloads, its journal does not."""
    if publisher.state is not None and publisher.state.stopped is not None:
        return True
    journal = one(evidence, Want(kind=UnitJournal, about=publisher.unit)) if publisher.unit is not None else None
    return journal is not None and bool(journal.lines)


def _starts(socket: Publisher, service: Publisher) -> bool:
    return socket.state is not None and service.unit is not None and service.unit.name in socket.state.triggers


def _answered_since(case: Case, evidence: Evidence, publisher: Publisher) -> bool:
    """Tell whether this very address answered after the unit had stopped: then something else served it."""
    stopped, want = _stopped_at(publisher, evidence), served_want(case)
    if stopped is not None and stopped + SECONDS < case.window.start:
        # As far back as that: the route may have been asked last before the period that is looked at, or a reload.
        want = replace(want, window=Window(start=stopped + SECONDS, end=case.window.start))
    past = one(evidence, want)
    if past is None or past.last_good is None:
        return False
    # What of all answers is the newest may be another's, unless each of them is of after the stop.
    ours = may_be_from if stopped is not None and want.window is None else some_from
    if not ours(case, evidence, past):
        return False
    return stopped is None or past.last_good > stopped + SECONDS


def _stopped_at(publisher: Publisher, evidence: Evidence) -> datetime | None:
    """Return when it stopped; by the last line of its journal where systemd has forgotten it."""
    state = publisher.state
    if state is not None and state.since is not None:
        return state.since
    journal = one(evidence, Want(kind=UnitJournal, about=publisher.unit)) if publisher.unit is not None else None
    return journal.lines[-1].at if journal is not None and journal.lines else None


def _same_files(address: SocketPath, held: Listens, evidence: Evidence) -> bool:
    """Tell whether a holder of the socket has the gateway's files: elsewhere the same path is another socket."""
    table = one(evidence, Want(kind=ProcessTable, about=Machine(place=address.place.machine())))
    holders = [table.by_pid(pid) for pid in held.listener.pids] if table is not None else []
    return any(each is not None and each.place.same_files(address.place) for each in holders)


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
