"""The gateway cannot write the body to its temporary directory, or reached its size limit there.

## What happens
A response larger than the buffers goes to a file first. If the directory is not writable for the workers, full, or the
limit is reached, the body ends early.

## Told apart from
`application.bad-length`: the upstream itself sent less. `overload.disk-full`: the system says that no space is left.

## Remedy
Give the directory to the workers' user (`proxy_temp_path`), or spool nothing (`proxy_max_temp_file_size 0`).
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.suspecting import perhaps


@cause(explains={FailureId.TRUNCATED_RESPONSE}, common=9)
def cannot_spool(case: Case, evidence: Evidence) -> Verdict:  # noqa: ARG001 - no fact but the message tells it
    """Suspect it by the gateway's message about its temporary file."""
    says = "the gateway cannot write the body to its temporary directory"
    named = said(case, "gateway.cannot-spool", says)
    return named or named_another(case, "gateway.cannot-spool") or perhaps(f"perhaps {says}")
