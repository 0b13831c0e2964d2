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

from why502.observations.failure import FailureId
from why502.observations.units import UnitState
from why502.observations.verdict import Case, Excluded, Verdict
from why502.observations.want import Evidence
from why502.rules.aging import ages
from why502.rules.cause import cause
from why502.rules.hearing import hearing_wants, units_of
from why502.rules.holding import address_of
from why502.rules.listening import Listens, who_listens
from why502.rules.suspecting import perhaps, points

YOUNG = timedelta(seconds=90)
"""A start that takes longer is no longer called one."""

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
    """Suspect it by a service that was started shortly before."""
    address = address_of(case)
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


def _young(case: Case, state: UnitState) -> bool:
    if state.active == "activating" and state.sub.startswith("start"):
        return True
    if state.active != "active" or state.started is None:
        return False
    return timedelta(0) <= case.window.end - state.started <= YOUNG
