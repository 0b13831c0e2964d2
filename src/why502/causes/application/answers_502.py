"""The application itself answers with a 502, 503 or 504.

## What happens
The gateway passes on what it got: the application is a gateway of its own whose upstream failed, or its framework uses
these statuses for its own troubles.

## Told apart from
Every other failure is one that the gateway met. Here it got a complete, sound response, and nothing is wrong between
the two.

## Remedy
Read the application's own log: the answer to why is one hop further on.
"""

from dataclasses import replace

from why502.observations.failure import FailureId
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.verdict import Case, Irrelevant, Proven, Verdict
from why502.observations.want import Evidence
from why502.rules.again import asked_alike
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.hopping import next_failures
from why502.rules.probing import asked
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import addresses, tried

ERRORS = frozenset({502, 503, 504})


@cause(explains={FailureId.UPSTREAM_ANSWERED_ERROR, "gateway.all-servers-ejected"}, common=8)
def answers_502(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by asking the route's servers: each of them answers with such a status itself."""
    guess = perhaps("perhaps the application itself answers with this status")
    if case.under is not None:
        return guess
    if case.failure.id is not FailureId.UPSTREAM_ANSWERED_ERROR:
        return Irrelevant(says="the gateway did not pass on an answer")
    route = route_of(case, evidence)
    servers = tried(case, evidence)
    wants = [asked(Case(failure=replace(case.failure, about=each)), evidence) for each in servers]
    found = [(want, one(evidence, want)) for want in wants if want is not None]
    errors = [attempt for _, attempt in found if attempt is not None and _error(attempt)]
    if not errors:
        return perhaps(guess.says, *(want for want, _ in found))
    says = f"asked directly, {errors[0].about} answers {errors[0].status} itself"
    everyone = route is not None and route.loaded and len(errors) == len(addresses(route))
    if not everyone or not asked_alike(case):
        return points(says, *errors)
    return Proven(subject=errors[0].about, because=tuple(errors), says=says, opens=next_failures(case, evidence))


def _error(attempt: ResponseAttempt) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in ERRORS and not attempt.wrong
