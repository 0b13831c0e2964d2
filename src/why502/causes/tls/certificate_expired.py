"""The upstream's certificate is out of its dates.

## What happens
The gateway checks the upstream's certificate, and today is after its end (or before its beginning). The handshake is
broken off.

## Told apart from
The other failures of the check say another reason. A gateway that does not check (nginx: `proxy_ssl_verify off`, the
default) never minds the dates. It is proven where the gateway says so and a handshake of ours is shown a certificate
that was out of its dates at that moment (RFC 5280, 4.1.2.5).

## Remedy
Renew the certificate at the upstream and have it loaded there (many servers need a reload); see to the clocks of both.
"""

from dataclasses import replace

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Certificate, TlsAttempt
from why502.observations.verdict import Case, Excluded, Fix, Irrelevant, Proven, Risk, Suspected, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, shaken
from why502.rules.named import names
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points

THIS = "tls.certificate-expired"


@cause(explains={FailureId.TLS_FAILED}, common=8)
def certificate_expired(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the gateway's message and the dates of the certificate; suspect it by either."""
    route = route_of(case, evidence)
    decided = by_tls_message(case, evidence, THIS, "the upstream's certificate is out of its dates")
    named = THIS in names(case)
    if decided is not None and not (named and route is not None):
        return decided
    if route is None:
        return perhaps("perhaps the upstream's certificate is out of its dates")
    if not route.settings.tls_verify:
        return decided or Irrelevant(says="the gateway does not check the upstream's certificate")
    want = tls_want(case, route)
    attempt, held = shaken(case, evidence), one(evidence, want)
    outdated = _outdated(case, attempt) if attempt is not None else None
    if attempt is not None and outdated is not None:
        says = f"{outdated.subject} is valid from {outdated.not_before:%F} to {outdated.not_after:%F}"
        return _proven(case, route, attempt, says) if named and route.loaded else points(says, attempt)
    if isinstance(decided, Suspected):
        return replace(decided, wants=(want,)) if held is None else decided
    if held is not None and held.chain:
        return Excluded(because=(held,), says="each certificate of the upstream is within its dates")
    return perhaps("perhaps the upstream's certificate is out of its dates", want)


def _outdated(case: Case, attempt: TlsAttempt) -> Certificate | None:
    """Return the first certificate of the chain that was out of its dates when the gateway failed."""
    when = case.failure.seen.at.start
    return next((each for each in attempt.chain if not each.not_before <= when <= each.not_after), None)


def _proven(case: Case, route: RouteTaken, attempt: TlsAttempt, says: str) -> Proven:
    return Proven(
        subject=case.failure.about,
        because=(attempt, route),
        says=f"the certificate of {case.failure.about} is out of its dates: {says}, and the gateway checks it",
        fixes=(
            Fix(
                title=f"Renew the certificate of {case.failure.about} and have its server load the new one",
                commands=(),
                risk=Risk.RELOAD,
            ),
        ),
    )
