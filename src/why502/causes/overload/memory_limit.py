"""The runtime stopped the application at its own memory limit, with no kernel kill.

## What happens
The application reaches a limit that its runtime keeps (Node's heap, PHP's `memory_limit`) and ends itself, or its
request, without an answer.

## Told apart from
`overload.out-of-memory`: there the kernel's log has a record of the kill. Exit 137 alone proves neither.

## Remedy
Find what grows (a heap snapshot); give the runtime the memory it needs (`--max-old-space-size`, `memory_limit`).
"""

from why502.observations.failure import FailureId
from why502.observations.server import Says, ServerMessage
from why502.observations.subjects import Subject, Unit
from why502.observations.units import UnitState
from why502.observations.verdict import Case, Fix, Proven, Risk, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import every, one
from why502.rules.cause import cause
from why502.rules.hearing import NEAR, at_memory_limit, heard, hearing_wants
from why502.rules.suspecting import perhaps, told

SIGABRT = 6
"""By which Node ends itself at the limit of its heap (`node::OOMErrorHandler`); the kernel would send SIGKILL."""


@cause(
    explains={
        "application.crashes-on-request",
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        "application.crash-loop",
        "application.not-running",
        "application.restarted",
    },
    common=9,
)
def memory_limit(case: Case, evidence: Evidence) -> Verdict:
    """Prove it of a unit whose runtime said so just before it aborted; else suspect it by the message."""
    if case.under is not None and case.under.cause == "application.not-running":
        proof = _proof(case.under.proof.subject, evidence)
        if proof is not None:
            return proof
    for each in heard(case, evidence, {Says.WORKER_DIED, Says.REQUEST_FAILED}):
        if at_memory_limit(each):
            return told("the application's own log says that it reached its memory limit", each)
    return perhaps("perhaps the application reached its own memory limit", *hearing_wants(case))


def _proof(subject: Subject, evidence: Evidence) -> Proven | None:
    """Prove it by the message, and an abort of the main process right after it that was the unit's end."""
    if not isinstance(subject, Unit):
        return None
    state = one(evidence, Want(kind=UnitState, about=subject))
    messages = every(evidence, Want(kind=ServerMessage, about=subject))
    aborted = state is not None and state.result in {"signal", "core-dump"} and state.exit_status == SIGABRT
    if state is None or messages is None or not aborted or state.active != "failed" or state.stopped is None:
        return None
    stopped = state.stopped
    last = [each for each in messages if at_memory_limit(each) and abs(each.seen.at.end - stopped) <= NEAR]
    if not last:
        return None
    return Proven(
        subject=subject,
        because=(last[-1], state),
        says=f"{subject.name} ended itself at the memory limit of its runtime at {stopped:%F %T} UTC",
        fixes=(
            Fix(
                title=f"Find what grows, give {subject.name} the memory it needs, and have it started again",
                commands=(f"systemctl start {subject.name}", f"journalctl -u {subject.name} -n 50 --no-pager"),
                risk=Risk.RESTART,
            ),
        ),
    )
