"""The gateway's resolver does not answer.

## What happens
Queries go to a name server that is down, wrongly written or shut off by a filter. The gateway waits for its
`resolver_timeout`, or gets `Connection refused` while resolving.

## Told apart from
`dns.server-failure`: the server answers, with an error. `dns.no-resolver`: none is configured.

## Remedy
Start the name server, or write one that answers from the gateway's own network (`dig @SERVER NAME` there).
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.names import answers_of, names_wanted, nothing_to_resolve
from why502.rules.suspecting import perhaps, points

SILENT = frozenset({"TIMEOUT", "FAILED"})


@cause(
    explains={
        FailureId.RESOLVE_FAILED,
        FailureId.NO_LIVE_UPSTREAM,
        "dns.server-failure",
        "dns.stale-address",
    },
    common=8,
)
def resolver_unreachable(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, or by name servers that stay silent."""
    says = "the gateway's resolver does not answer"
    named = said(case, "dns.resolver-unreachable", says)
    if named is not None:
        return named
    if (other := named_another(case, "dns.resolver-unreachable")) is not None:
        return other
    if (resolved := nothing_to_resolve(case, evidence)) is not None:
        return resolved
    silent = [each for each in answers_of(case, evidence) if each.code in SILENT]
    if silent:
        return points(f"name server {silent[0].server} does not answer", *silent[:2])
    return perhaps(f"perhaps {says}", *names_wanted(case, evidence))
