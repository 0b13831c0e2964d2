"""The upstream hangs up on this request and not on others.

## What happens
The server refuses the request before the application sees it (a head too large, an unknown method, an upgrade it does
not know), and closes without an answer.

## Told apart from
`application.crashes-on-request`: the application took the request. `firewall.request-blocked`: a rule blocks it on
purpose. `gateway.wrong-protocol`: it understands no request of this gateway.

## Remedy
Compare with a small plain request; then raise the server's limit or mend what the gateway adds to the request.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.hearing import hearing_wants
from why502.rules.named import named_another
from why502.rules.refusing import Refused, complaints
from why502.rules.suspecting import perhaps, told


@cause(
    explains={FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE, FailureId.INVALID_RESPONSE},
    common=8,
)
def request_rejected(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the server's own message of an invalid request."""
    refused = complaints(case, evidence, Refused.REQUEST)
    if refused:
        return told(f"{refused[-1].product} says that the request is invalid", refused[-1])
    other = named_another(case, "application.request-rejected")
    return other or perhaps("perhaps the upstream refuses just this request", *hearing_wants(case))
