"""The upstream's certificate is self-signed, or its issuer is not in the gateway's trust store.

## What happens
The gateway checks the upstream's certificate and finds nobody it trusts at the end of the chain (nginx trusts only what
`proxy_ssl_trusted_certificate` names, never the system's store).

## Told apart from
`tls.chain-incomplete`: the issuer is trusted, but the upstream leaves out the certificate between the two.

## Remedy
Name the issuing authority's certificate in `proxy_ssl_trusted_certificate` (`proxy_ssl_verify_depth` counts the
intermediates), or have a certificate issued by a trusted one.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, lone, shaken
from why502.rules.named import names
from why502.rules.probing import tls_want
from why502.rules.suspecting import by_message, perhaps, points

THIS = "tls.untrusted-issuer"
UNVERIFIED = ("self-signed", "unable to get", "unable to verify", "invalid CA", "not trusted", "chain too long")


@cause(explains={FailureId.TLS_FAILED}, common=7)
def untrusted_issuer(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message.

    A chain that is whole, or self-signed, makes it the likelier of two; so does a lone certificate that does not tell
    of an issuer to be fetched, as those of public authorities with their intermediates do.
    """
    says = "the upstream's certificate is signed by nobody that the gateway trusts"
    attempt = shaken(case, evidence)
    whole = attempt is not None and (len(attempt.chain) > 1 or any(each.self_signed for each in attempt.chain))
    whole = whole or (attempt is not None and lone(attempt))
    if THIS in names(case) and whole:
        return by_message(case, says)
    decided = by_tls_message(case, evidence, THIS, says)
    if decided is not None:
        return decided
    route = route_of(case, evidence)
    if route is None:
        return perhaps(f"perhaps {says}")
    if not route.settings.tls_verify:
        return Irrelevant(says="the gateway does not check the upstream's certificate")
    if attempt is not None and any(each in attempt.error for each in UNVERIFIED):
        return points(f"{says}: {attempt.error}", attempt)
    return perhaps(f"perhaps {says}", tls_want(case, route))
