"""The host has far more to run than processors.

## What happens
Everything on the host waits for its turn: the application answers late, workers miss their time limits, connections are
accepted late.

## Told apart from
`application.too-slow` and `overload.workers-busy` are the same on an idle host. Here other work takes the processors.

## Remedy
See what runs (`top`, `/proc/pressure/cpu`); move or limit it, or give the host more processors.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.suspecting import perhaps


@cause(
    explains={
        "application.too-slow",
        FailureId.RESPONSE_TIMEOUT,
        "overload.workers-busy",
        FailureId.CONNECT_TIMEOUT,
        "application.worker-killed",
        "application.starting",
        "gateway.all-servers-ejected",
    },
    common=9,
)
def cpu_saturated(case: Case, evidence: Evidence) -> Verdict:  # noqa: ARG001 - pressure is not looked at yet
    """Suspect it of whatever comes late."""
    return perhaps("perhaps the host has more to run than processors")
