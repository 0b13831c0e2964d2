"""The application is still starting and not yet ready.

## What happens
After a deploy, a reboot or a sleep its process runs, but does not listen yet, or listens and cannot answer yet.

## Told apart from
`application.crash-loop`: two or more starts have ended. `application.restarted`: the request was held by the process
before, or came between its stop and the next start.

## Remedy
Wait, or start the next instance before the old one stops; let the gateway send requests only to what is ready.
"""

from datetime import timedelta

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.subjects import Address, Unit
from why502.observations.units import UnitState
from why502.observations.verdict import Case, Excluded, Fix, Proven, Verdict
from why502.observations.want import Evidence
from why502.rules.aging import ages
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.hearing import hearing_wants, units_of
from why502.rules.holding import address_of, processes_want
from why502.rules.listening import Listens, table_want, who_listens
from why502.rules.starts import BEFORE_IT_LISTENS, failed_starts, journal_of, sole_unit
from why502.rules.suspecting import perhaps, points

YOUNG = timedelta(seconds=90)
"""A start that takes longer is no longer called one."""

BEFORE_MAIN = "start-pre"
"""What `ExecStartPre=` runs; the service's own process is not there yet."""

GONE = frozenset({FailureId.CONNECT_REFUSED, FailureId.CONNECT_NO_SOCKET})


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        "gateway.socket-missing",
        FailureId.NO_LIVE_UPSTREAM,
        "gateway.upstream-missing",
        "gateway.all-servers-ejected",
        FailureId.RESPONSE_TIMEOUT,
        FailureId.SPAWN_FAILED,
    },
    common=8,
)
def starting(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the only unit that names the silent address, where systemd itself says that it is being started.

    Suspect it by a service that was started shortly before.
    """
    address = address_of(case)
    proof = _proof(case, evidence, address) if address is not None else None
    if proof is not None:
        return proof
    guess = perhaps("perhaps the application is still starting", *hearing_wants(case))
    if address is None:
        return guess
    held = who_listens(address, evidence)
    listens = isinstance(held, Listens)
    if case.failure.id in GONE:
        if isinstance(held, Listens):
            return Excluded(because=(held.table,), says=f"a socket listens on {address}")
        young = [each for each in units_of(case, evidence) if _young(case, each)]
        return points(f"{young[0].about} was started shortly before", young[0]) if young else guess
    age = ages(case, evidence)
    if listens and age is not None and not age.younger and case.window.start - age.first.started > YOUNG:
        says = f"its process runs since {age.first.started:%F %T} UTC"
        return Excluded(because=(age.table,), says=says)
    return guess


def _proof(case: Case, evidence: Evidence, address: Address) -> Proven | None:
    """Prove it of a first start that goes on, while the unit's processes, if it has any, listen nowhere."""
    under = case.under
    sole = sole_unit(case, evidence) if under is not None and under.cause in BEFORE_IT_LISTENS else None
    if sole is None or sole.state.active != "activating" or sole.state.restarts:
        return None
    journal = journal_of(sole.unit, evidence)
    if journal is not None and failed_starts(sole.unit, journal, case.window.end):
        return None
    facts: tuple[Fact, ...] = (sole.names, sole.state)
    if sole.state.main_pid or sole.state.sub != BEFORE_MAIN:
        silent = _listens_nowhere(sole.unit, evidence, address) if sole.state.sub == "start" else None
        if silent is None:
            return None
        facts = (*facts, *silent)
    since = f" since {sole.state.since:%F %T} UTC" if sole.state.since is not None else ""
    says = f"{sole.unit.name}, which serves {address}, is still being started ({sole.state.sub}{since})"
    follow = Fix(title="Follow its start", commands=(f"journalctl -fu {sole.unit.name}",))
    return Proven(subject=sole.unit, because=facts, says=says, fixes=(follow,))


def _listens_nowhere(unit: Unit, evidence: Evidence, address: Address) -> tuple[Fact, ...] | None:
    """Return the tables in which the unit has processes and none of them listens; None where that is not so."""
    table, processes = one(evidence, table_want(address)), one(evidence, processes_want(address))
    if table is None or processes is None or not (table.owners and table.complete):
        return None
    pids = {info.pid for info in processes.processes if info.unit == unit.name}
    held = {pid for each in table.listeners for pid in each.pids} | {pid for each in table.unix for pid in each.pids}
    return (table, processes) if pids and not pids & held else None


def _young(case: Case, state: UnitState) -> bool:
    if state.active == "activating" and state.sub.startswith("start"):
        return True
    if state.active != "active" or state.started is None:
        return False
    return timedelta(0) <= case.window.end - state.started <= YOUNG
