"""No space or no inodes are left where gateway or upstream must write.

## What happens
The gateway cannot spool a body, or the application can no longer write its sessions, logs or data.

## Told apart from
`gateway.cannot-spool` alone is a matter of permission or of a limit. Here the system itself says
`No space left on device`.

## Remedy
Make room (`df -h`, `df -i`): old logs, temporary files, deleted files that a process still holds.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import errno, said
from why502.rules.suspecting import by_message

NO_SPACE = 28


@cause(
    explains={
        "gateway.cannot-spool",
        FailureId.TRUNCATED_RESPONSE,
        "application.dependency-failed",
        "application.crash-loop",
        "application.crashes-on-request",
    },
    common=8,
)
def disk_full(case: Case, evidence: Evidence) -> Verdict:  # noqa: ARG001 - no fact but the message tells it
    """Suspect it where a message says so."""
    says = "no space is left where the gateway must write"
    if case.under is None and errno(case) == NO_SPACE:
        return by_message(case, says)
    return said(case, "overload.disk-full", says) or Irrelevant(says="no message tells of a full disk")
