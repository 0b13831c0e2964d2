"""The application answers, but later than the gateway waits.

## What happens
A worker takes the request at once and computes, or waits for something of its own, for longer than the gateway's read
time-out. The gateway gives up; the answer comes to nobody.

## Told apart from
`gateway.timeout-too-short`: the time-out was set below the product's default, and the application answers within that.
`overload.workers-busy`: the request is quick when it is taken, and waits behind others. `application.hangs`: no answer
comes at all.

## Remedy
Find what the route spends its time on. Work that soundly takes long belongs behind a queue; raising the gateway's
time-out only moves the wait.
"""

from why502.observations.fact import Fact
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
from why502.rules.slowness import DEFAULT, Slow, measured, slow_wants


@cause(
    explains={
        FailureId.RESPONSE_TIMEOUT,
        "overload.workers-busy",
        "gateway.all-servers-ejected",
        "overload.circuit-open",
        "overload.gateway-connections",
        FailureId.TRUNCATED_RESPONSE,
    },
    common=7,
)
def too_slow(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by an answer that comes too late, on a route that used to answer in time or has the default time-out."""
    if case.failure.id is not FailureId.RESPONSE_TIMEOUT or case.under is not None:
        return Irrelevant(says="the gateway did not wait in vain for an answer")
    slow = measured(case, evidence)
    if slow is None:
        says = "perhaps the application answers later than the gateway waits"
        return Suspected(grade=Grade.COMPATIBLE, says=says, wants=slow_wants(case, evidence))
    if not slow.late:
        return Excluded(because=(slow.attempt,), says=f"asked alone it answers in {slow.attempt.seconds:.1f} s")
    if slow.queued:
        return Suspected(grade=Grade.COMPATIBLE, says="it answers late, but waited behind other requests")
    if slow.changed is None and slow.timeout < DEFAULT:
        return Suspected(
            grade=Grade.SPECIFIC,
            says="it answers late; whether it used to answer in time is not known",
            because=(slow.attempt, slow.route),
        )
    if not slow.changed and slow.timeout < DEFAULT:
        return Excluded(because=_known(slow), says="the time-out is set below the default, and no answer came in time")
    return _proof(slow)


def _known(slow: Slow) -> tuple[Fact, ...]:
    return (slow.route,) if slow.past is None else (slow.route, slow.past)


def _proof(slow: Slow) -> Proven:
    past = ""
    if slow.past is not None and slow.changed:
        past = f"; {slow.past.good} earlier requests of this path were answered in time"
    return Proven(
        subject=slow.route.about,
        because=(slow.attempt, *_known(slow)),
        says=f"asked directly, the application answers after {slow.attempt.seconds:.1f} s, and the gateway waits"
        f" {slow.timeout:g} s{past}",
        fixes=(Fix(title="Find what this route spends its time on", commands=(), risk=Risk.CODE),),
    )
