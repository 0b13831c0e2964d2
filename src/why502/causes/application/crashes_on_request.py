"""The application takes the request and dies or hangs up before it answers.

## What happens
A fault in native code, an unhandled exception, a limit of its own: the connection ends before a response head is
written. The same request meets the same end again.

## Told apart from
`gateway.keepalive-mismatch`: fresh connections are sound. `application.worker-killed`: its supervisor says that it
killed the worker. `tls.plain-to-tls-port`: the port waits for a TLS handshake. `overload.out-of-memory`: the kernel
has a record.

## Remedy
Send the very request to the application by hand and read its log (core dump, traceback) of that moment.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.verdict import Case, Fix, Risk, Suspected, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.again import HUNG_UP, again, speaks_tls
from why502.rules.aging import ages
from why502.rules.cause import cause
from why502.rules.hearing import at_memory_limit, heard, hearing_wants
from why502.rules.named import named_another
from why502.rules.probing import asked
from why502.rules.suspecting import perhaps, points, told

HANGS_UP = frozenset({FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE})


@cause(
    explains={
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.TRUNCATED_RESPONSE,
        "application.crash-loop",
        "application.not-running",
        FailureId.INVALID_RESPONSE,
        "gateway.all-servers-ejected",
    },
    common=6,
)
def crashes_on_request(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a fresh connection that is hung up on as well, or by the server's word that a worker died."""
    want = asked(case, evidence)
    wants: tuple[Want[Fact], ...] = (*hearing_wants(case), *((want,) if want is not None else ()))
    guess = perhaps("perhaps the application dies of the request", *wants)
    if heard(case, evidence, {Says.WORKER_TIMEOUT}):
        return guess  # what dies then was killed by its own supervisor
    died = [each for each in heard(case, evidence, {Says.WORKER_DIED}) if not at_memory_limit(each)]
    if died:
        return told(f"{died[-1].product} says that a worker died", died[-1], fixes=(_fix(),))
    if case.under is not None:
        return guess
    if case.failure.id not in HANGS_UP:
        return named_another(case, "application.crashes-on-request") or guess
    return _hung_up(case, evidence) or guess


def _hung_up(case: Case, evidence: Evidence) -> Suspected | None:
    attempt = again(case, evidence)
    if attempt is not None and attempt.reply in HUNG_UP and not speaks_tls(case, evidence):
        path = attempt.how.path
        return points(f"asked directly for {path}, it hangs up as well", attempt, fixes=(_fix(),))
    age = ages(case, evidence)
    if case.failure.live and age is not None and age.younger:
        return points(f"process {age.younger[-1].pid} that serves it is younger than our request", age.table)
    return None


def _fix() -> Fix:
    return Fix(title="Read the application's log of that moment: a traceback, a signal, a core dump", risk=Risk.CODE)
