"""The application cannot bind its address because another process holds it.

## What happens
A former instance, a second service or a hand-started program holds the port. The application ends with
`Address already in use`, and requests meet nobody or the wrong program.

## Told apart from
`application.not-running`: it stopped for any other reason, even if another process took the port later.

## Remedy
See who holds the port (`ss -lntp`), stop it or give one of the two another port, then start the service.
"""

from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.verdict import Case, Fix, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.hearing import LATELY, heard, hearing_wants
from why502.rules.suspecting import perhaps, told


@cause(
    explains={
        "application.not-running",
        "application.crash-loop",
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.INVALID_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        "gateway.wrong-protocol",
    },
    common=9,
)
def port_taken(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the server's own message, unless it could listen after that."""
    found = heard(case, evidence, {Says.ADDRESS_IN_USE, Says.LISTENING}, before=LATELY)
    in_use = [each for each in found if each.says is Says.ADDRESS_IN_USE]
    if in_use and found[-1].says is Says.ADDRESS_IN_USE:
        fix = Fix(title="See who holds the address", commands=("ss -lntxp",))
        return told(f"{in_use[-1].product or 'the server'} says that its address is in use", in_use[-1], fixes=(fix,))
    return perhaps("perhaps another process holds the application's address", *hearing_wants(case))
