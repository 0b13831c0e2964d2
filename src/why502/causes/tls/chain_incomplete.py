"""The upstream sends no intermediate certificate, or in the wrong order.

## What happens
The gateway trusts the root, but gets only the server's own certificate: from there to the root one link is missing.
Browsers often fetch or remember it; gateways do not.

## Told apart from
`tls.untrusted-issuer`: the chain is whole, or self-signed, and its end is not trusted.

## Remedy
Have the upstream send its full chain (`fullchain.pem` in place of `cert.pem`).
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, lone, shaken
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points


@cause(explains={FailureId.TLS_FAILED, "tls.untrusted-issuer"}, common=7)
def chain_incomplete(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, unless the chain is seen to be whole or self-signed."""
    says = "the upstream does not send its whole certificate chain"
    route = route_of(case, evidence)
    held = one(evidence, tls_want(case, route)) if route is not None and route.settings.tls else None
    if held is not None and any(each.self_signed for each in held.chain):
        return Excluded(because=(held,), says="the upstream's chain ends in a self-signed certificate: nothing lacks")
    decided = by_tls_message(case, evidence, "tls.chain-incomplete", says)
    if decided is not None:
        attempt = shaken(case, evidence)
        if attempt is not None and len(attempt.chain) > 1:
            return perhaps(f"perhaps {says}, though it sends several certificates")
        if attempt is not None and lone(attempt):
            return points(f"perhaps {says}, though its one certificate tells of none to be fetched", attempt)
        return decided
    if route is None:
        return perhaps(f"perhaps {says}")
    if not route.settings.tls_verify:
        return Irrelevant(says="the gateway does not check the upstream's certificate")
    if held is not None and len(held.chain) == 1 and "unable to" in held.error:
        return points(f"the upstream sends one certificate, by {held.chain[0].issuer}", held)
    return perhaps(f"perhaps {says}", tls_want(case, route))
