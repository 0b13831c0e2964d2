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

from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.units import UnitState
from why502.observations.verdict import Case, Fix, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.hearing import LATELY, heard, hearing_wants, units_of
from why502.rules.suspecting import perhaps, points, told

AGAIN = 2


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
    """Suspect it by a unit that is restarted and fails, or by the server's own message of a failed start."""
    for each in units_of(case, evidence):
        if _loops(each):
            count = f"restarted {each.restarts} times" if each.restarts else "started too often"
            return points(f"{each.about} was {count}, last result {each.result}", each, fixes=(_fix(each),))
    failed = heard(case, evidence, {Says.BOOT_FAILED}, before=LATELY)
    if failed:
        return told(f"{failed[-1].product} says that it could not start", failed[-1])
    return perhaps("perhaps the service starts and dies again and again", *hearing_wants(case))


def _loops(state: UnitState) -> bool:
    if state.result == "start-limit-hit":
        return True
    return state.restarts >= AGAIN and (state.sub == "auto-restart" or state.result not in {"success", ""})


def _fix(state: UnitState) -> Fix:
    name = str(state.about)
    return Fix(title=f"Read why {name} fails to start", commands=(f"journalctl -u {name} -n 100 --no-pager",))
