"""The service starts and dies again and again.

## What happens
Each start fails after a moment (a missing module, a setting, a dependency), and the service manager starts it anew. In
between nothing listens.

## Told apart from
`application.starting`: one start, whose process is alive. `application.not-running`: nobody starts it any more.
`application.crashes-on-request`: it dies of a request, not of its start.

## Remedy
Read the journal of the unit from the last start on; the first error there is the reason.
"""

from datetime import timedelta

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.subjects import Unit
from why502.observations.units import UnitState
from why502.observations.verdict import Case, Fix, Proven, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.hearing import LATELY, heard, hearing_wants, units_of
from why502.rules.starts import BEFORE_IT_LISTENS, EXITED, QUICK, failed_starts, given_up, journal_of, sole_unit
from why502.rules.suspecting import perhaps, points, told

AGAIN = 2
LIMIT = "start-limit-hit"
WAITS = "auto-restart"
RUNS = frozenset({"active", "activating"})
ROUND = timedelta(seconds=1)
"""systemd prints the time of a stop in whole seconds."""


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        "application.not-running",
        "application.starting",
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.SPAWN_FAILED,
        "gateway.cannot-start-application",
        "gateway.upstream-missing",
    },
    common=8,
)
def crash_loop(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by starts that ended one after the other, of the stopped unit or of the one that should listen.

    Suspect it by a unit that is restarted and fails, or by the server's own message of a failed start.
    """
    proof = _proof(case, evidence)
    if proof is not None:
        return proof
    for each in units_of(case, evidence):
        if _loops(each):
            count = f"restarted {each.restarts} times" if each.restarts else "started too often"
            return points(f"{each.about} was {count}, last result {each.result}", each, fixes=(_fix(each),))
    failed = heard(case, evidence, {Says.BOOT_FAILED}, before=LATELY)
    if failed:
        return told(f"{failed[-1].product} says that it could not start", failed[-1])
    return perhaps("perhaps the service starts and dies again and again", *hearing_wants(case))


def _proof(case: Case, evidence: Evidence) -> Proven | None:
    """Prove it of one unit: it was restarted, and at least two starts ended by their exit status soon after."""
    found = _behind(case, evidence)
    if found is None:
        return None
    unit, state, others = found
    journal = journal_of(unit, evidence)
    stopped = state.active == "failed"
    until = state.stopped if stopped and state.stopped is not None else case.window.end
    ends = failed_starts(unit, journal, until + ROUND) if journal is not None else ()
    if journal is None or len(ends) < AGAIN or not (state.restarts >= AGAIN or state.result == LIMIT):
        return None
    if not stopped and state.sub != WAITS and case.window.start - ends[-1].at > QUICK:
        return None  # the last start lives
    last = EXITED.match(ends[-1].text)
    status = f", the last with status {last['status']}" if last is not None else ""
    then = "; systemd has given it up" if stopped and given_up(journal) else ""
    says = f"{unit.name} starts and dies again and again: {len(ends)} starts ended within an hour{status}{then}"
    return Proven(subject=unit, because=(*others, state, journal), says=says, fixes=(_fix(state),))


def _behind(case: Case, evidence: Evidence) -> tuple[Unit, UnitState, tuple[Fact, ...]] | None:
    """Return the stopped unit of the link above, or the only unit that names the silent address."""
    if case.under is None:
        return None
    subject = case.under.proof.subject
    if case.under.cause == "application.not-running" and isinstance(subject, Unit):
        state = one(evidence, Want(kind=UnitState, about=subject))
        return (subject, state, ()) if state is not None and state.active == "failed" else None
    sole = sole_unit(case, evidence) if case.under.cause in BEFORE_IT_LISTENS else None
    return None if sole is None or sole.state.active not in RUNS else (sole.unit, sole.state, (sole.names,))


def _loops(state: UnitState) -> bool:
    if state.result == LIMIT:
        return True
    return state.restarts >= AGAIN and (state.sub == WAITS or state.result not in {"success", ""})


def _fix(state: UnitState) -> Fix:
    name = str(state.about)
    return Fix(title=f"Read why {name} fails to start", commands=(f"journalctl -u {name} -n 100 --no-pager",))
