"""What the application needs itself (database, cache, another service) is down, slow or locked.

## What happens
Each request waits for the dependency, or fails with it: workers fill up, starts fail, answers come late or as errors.

## Told apart from
`application.too-slow` and `overload.workers-busy` are what is seen of it from outside; this is what stands behind them.

## Remedy
Read the application's log for the dependency's name; give its calls time-outs shorter than the gateway's.
"""

from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.suspecting import perhaps


@cause(
    explains={
        "application.too-slow",
        "overload.workers-busy",
        "application.answers-502",
        "application.crash-loop",
        "application.starting",
        "application.hangs",
        "application.crashes-on-request",
        "application.worker-killed",
        "application.not-running",
    },
    common=8,
)
def dependency_failed(case: Case, evidence: Evidence) -> Verdict:  # noqa: ARG001 - its own connections are not looked at yet
    """Suspect it behind whatever is late or fails."""
    return perhaps("perhaps something that the application needs is down or slow")
