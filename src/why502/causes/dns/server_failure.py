"""The name server answers with an error.

## What happens
The resolver is reached and says SERVFAIL or REFUSED: it cannot reach the zone's own servers, may not answer this
client, or its data are broken.

## Told apart from
`dns.name-not-found`: the answer is that the name does not exist. `dns.resolver-unreachable`: there is no answer.

## Remedy
Ask the same server by hand (`dig @SERVER NAME`), read its log; give the gateway a resolver that may answer it.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.names import answers_of, names_wanted, nothing_to_resolve
from why502.rules.suspecting import perhaps, points

ERRORS = frozenset({"SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"})


@cause(
    explains={FailureId.RESOLVE_FAILED, FailureId.NO_LIVE_UPSTREAM, "gateway.all-servers-ejected"},
    common=9,
)
def server_failure(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, or by an error of its name servers."""
    says = "the gateway's name server answers with an error"
    named = said(case, "dns.server-failure", says)
    if named is not None:
        return named
    if (other := named_another(case, "dns.server-failure")) is not None:
        return other
    if (resolved := nothing_to_resolve(case, evidence)) is not None:
        return resolved
    wrong = [each for each in answers_of(case, evidence) if each.code in ERRORS]
    if wrong:
        return points(f"name server {wrong[0].server} answers {wrong[0].code} for {wrong[0].about}", *wrong[:2])
    return perhaps(f"perhaps {says}", *names_wanted(case, evidence))
