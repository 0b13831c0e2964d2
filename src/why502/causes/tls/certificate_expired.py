"""The upstream's certificate is out of its dates.

## What happens
The gateway checks the upstream's certificate, and today is after its end (or before its beginning). The handshake is
broken off.

## Told apart from
The other failures of the check say another reason. A gateway that does not check (nginx: `proxy_ssl_verify off`, the
default) never minds the dates.

## Remedy
Renew the certificate at the upstream and have it loaded there (many servers need a reload); see to the clocks of both.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, shaken
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points

THIS = "tls.certificate-expired"


@cause(explains={FailureId.TLS_FAILED}, common=8)
def certificate_expired(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, or by the dates of the certificate."""
    decided = by_tls_message(case, evidence, THIS, "the upstream's certificate is out of its dates")
    if decided is not None:
        return decided
    route = route_of(case, evidence)
    if route is None:
        return perhaps("perhaps the upstream's certificate is out of its dates")
    if not route.settings.tls_verify:
        return Irrelevant(says="the gateway does not check the upstream's certificate")
    want = tls_want(case, route)
    attempt, held = shaken(case, evidence), one(evidence, want)
    now = case.window.end
    if attempt is not None:
        for each in attempt.chain:
            if not each.not_before <= now <= each.not_after:
                return points(f"{each.subject} is valid from {each.not_before:%F} to {each.not_after:%F}", attempt)
    if held is not None and held.chain:
        return Excluded(because=(held,), says="each certificate of the upstream is within its dates")
    return perhaps("perhaps the upstream's certificate is out of its dates", want)
