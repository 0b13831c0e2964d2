"""The application was stopped or replaced while it held requests.

## What happens
A deploy, a reload or a scale-down ends the process; the requests it holds are broken off, and those that come before
the next process listens are refused.

## Told apart from
`application.not-running`: the stop lasts. `application.crashes-on-request`: nobody asked for the stop.
`gateway.keepalive-mismatch`: the processes are older than the failure.

## Remedy
Let the old process finish its requests (graceful stop, draining), and start the new one before the old one stops
listening.
"""

from datetime import timedelta

from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.units import UnitState
from why502.observations.verdict import Case, Excluded, Verdict
from why502.observations.want import Evidence
from why502.rules.aging import ages
from why502.rules.cause import cause
from why502.rules.hearing import heard, hearing_wants, servers_at, units_of
from why502.rules.holding import address_of
from why502.rules.suspecting import perhaps, points, told

BEFORE = timedelta(seconds=30)
"""A graceful stop may take as long (gunicorn's `graceful_timeout`)."""


@cause(
    explains={
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        "application.not-running",
        "gateway.socket-missing",
        FailureId.TRUNCATED_RESPONSE,
        "gateway.all-servers-ejected",
    },
    common=7,
)
def restarted(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a stop that was asked for, followed by processes younger than the failure."""
    guess = perhaps("perhaps the application was restarted at that moment", *hearing_wants(case))
    age = ages(case, evidence)
    stops = heard(case, evidence, {Says.STOPPING}, before=BEFORE)
    if stops and age is not None and age.younger:
        return told(f"{stops[-1].product} was told to stop, and runs again", stops[-1], age.table)
    if age is None:
        return guess
    if age.whole and not case.failure.live and not any(_failed(each) for each in units_of(case, evidence)):
        return points(f"process {age.first.pid} that serves it now is younger than the failure", age.table)
    address = address_of(case)
    refused = case.failure.live and case.failure.id is FailureId.CONNECT_REFUSED
    known = refused or (address is not None and servers_at(address, evidence))
    if not age.younger and known and not stops:
        return Excluded(because=(age.table,), says=f"its processes run since {age.first.started:%F %T} UTC or before")
    return guess


def _failed(state: UnitState) -> bool:
    return state.restarts > 0
