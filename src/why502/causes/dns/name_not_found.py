"""The upstream's name does not exist, or has no address records.

## What happens
The gateway asks its resolver at run time, and the answer is NXDOMAIN or empty: a misspelt name, a short name that only
`/etc/hosts` or a search domain would complete, a service that is not registered.

## Told apart from
`dns.server-failure` and `dns.resolver-unreachable`: there nobody says that the name does not exist.
`gateway.upstream-missing`: the name was meant as that of a group or service.

## Remedy
Write the full name, ask the name server that knows it (`resolver`), or register the name.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.names import answers_of, names_wanted, nothing_to_resolve
from why502.rules.suspecting import perhaps, points

ABSENT = frozenset({"NXDOMAIN", "NODATA", "NOERROR"})


@cause(
    explains={FailureId.RESOLVE_FAILED, FailureId.NO_LIVE_UPSTREAM, "gateway.all-servers-ejected"},
    common=8,
)
def name_not_found(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, or by the answers of its name servers."""
    name = case.failure.told("name") or "the upstream's name"
    named = said(case, "dns.name-not-found", f"{name} does not exist, says the gateway's resolver")
    if named is not None:
        return named
    if (other := named_another(case, "dns.name-not-found")) is not None:
        return other
    if (resolved := nothing_to_resolve(case, evidence)) is not None:
        return resolved
    answers = answers_of(case, evidence)
    if answers and all(each.code in ABSENT and not each.addresses for each in answers):
        return points(f"{answers[0].about} has no address ({answers[0].code})", *answers[:2])
    return perhaps(f"perhaps {name} does not exist", *names_wanted(case, evidence))
