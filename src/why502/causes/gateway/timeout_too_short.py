"""The gateway waits less than the application soundly needs.

## What happens
A read time-out below the product's default was set, and the application answers after it but within the default.

## Told apart from
`application.too-slow`: the answer comes later than the default time-out, or the route used to answer in time.

## Remedy
Raise the read time-out of this route above what the application needs; time-outs shrink from the outside in.
"""

from why502.observations.failure import FailureId
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
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.slowness import DEFAULT, measured, slow_wants


@cause(
    explains={
        FailureId.RESPONSE_TIMEOUT,
        FailureId.TRUNCATED_RESPONSE,
        FailureId.CONNECT_TIMEOUT,
        "gateway.all-servers-ejected",
    },
    common=7,
)
def timeout_too_short(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by an answer between the time-out in force and the default."""
    if case.failure.id is not FailureId.RESPONSE_TIMEOUT:
        return Irrelevant(says="the gateway did not wait in vain for an answer")
    slow = measured(case, evidence)
    if slow is None:
        says = "perhaps the gateway waits less than the application needs"
        return Suspected(grade=Grade.COMPATIBLE, says=says, wants=slow_wants(case, evidence))
    if slow.timeout >= DEFAULT:
        return Excluded(because=(slow.route,), says=f"the time-out is {slow.timeout:g} s")
    if not slow.late:
        return Excluded(because=(slow.attempt,), says=f"asked alone it answers in {slow.attempt.seconds:.1f} s")
    if slow.queued or slow.changed is None:
        says = "it answers late, but waited behind others, or whether it used to answer in time is not known"
        return Suspected(grade=Grade.COMPATIBLE, says=says, because=(slow.attempt, slow.route))
    if slow.changed and slow.past is not None:
        says = f"{slow.past.good} earlier requests of this path were answered in time"
        return Excluded(because=(slow.attempt, slow.past), says=says)
    site = slow.route.settings.site("read_timeout")
    if slow.attempt.seconds >= DEFAULT or site is None:
        return Excluded(because=(slow.attempt,), says="it answers later than the default time-out")
    return Proven(
        subject=slow.route.about,
        because=(slow.attempt, slow.route) if slow.past is None else (slow.attempt, slow.route, slow.past),
        says=f"the application answers after {slow.attempt.seconds:.1f} s, and the gateway waits {slow.timeout:g} s"
        f" (set at {site}; the default is {DEFAULT:g} s)",
        fixes=(
            Fix(
                title=f"Raise the read time-out at {site} above {slow.attempt.seconds:.0f} s",
                commands=("nginx -t && nginx -s reload",),
                risk=Risk.RELOAD,
            ),
        ),
    )
