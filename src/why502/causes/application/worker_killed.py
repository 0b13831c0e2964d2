"""The application's own supervisor killed the worker in the middle of the request.

## What happens
The worker took longer than the server's own limit (gunicorn's `timeout`, uWSGI's `harakiri`, php-fpm's
`request_terminate_timeout`), and its master killed it. The gateway would have waited on, and sees the connection end.

## Told apart from
`application.too-slow`: the gateway's time-out comes first. `overload.out-of-memory`: the kernel killed it, and has a
record. `application.crashes-on-request`: nobody killed it.

## Remedy
Find what holds the request so long. If it soundly takes that time, raise the server's limit (or use workers that stay
responsive), and keep the gateway's time-out above it.
"""

from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.verdict import Case, Fix, Risk, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.hearing import heard, hearing_wants
from why502.rules.suspecting import perhaps, told


@cause(
    explains={
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        "application.crashes-on-request",
        FailureId.TRUNCATED_RESPONSE,
        FailureId.RESPONSE_TIMEOUT,
    },
    common=7,
)
def worker_killed(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the server's own message at the time of the failure."""
    found = heard(case, evidence, {Says.WORKER_TIMEOUT, Says.WORKER_KILLED})
    late = [each for each in found if each.says is Says.WORKER_TIMEOUT]
    if late:
        fix = Fix(title="Find what holds the request, then set the server's own time limit above it", risk=Risk.CODE)
        return told(f"{late[-1].product} says that a worker took too long and was killed", late[-1], fixes=(fix,))
    if found:
        return perhaps(f"{found[-1].product} says that a worker was killed, and not by whom", *hearing_wants(case))
    return perhaps("perhaps the server killed its worker in the middle of the request", *hearing_wants(case))
