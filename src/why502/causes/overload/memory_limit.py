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
from why502.observations.server import Says
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.hearing import at_memory_limit, heard, hearing_wants
from why502.rules.suspecting import perhaps, told


@cause(
    explains={
        "application.crashes-on-request",
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        "application.crash-loop",
        "application.restarted",
    },
    common=9,
)
def memory_limit(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the runtime's own message."""
    for each in heard(case, evidence, {Says.WORKER_DIED, Says.REQUEST_FAILED}):
        if at_memory_limit(each):
            return told("the application's own log says that it reached its memory limit", each)
    return perhaps("perhaps the application reached its own memory limit", *hearing_wants(case))
