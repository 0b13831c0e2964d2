"""The upstream demands a client certificate, and the gateway sends none or a wrong one.

## What happens
The upstream asks for a certificate in the handshake (mutual TLS). Without a good one it ends the connection with an
alert, at TLS 1.3 only when the gateway reads the response.

## Told apart from
`firewall.source-blocked` and `tls.version-mismatch` also end the handshake early; here the alert speaks of the
gateway's own certificate.

## Remedy
Give the gateway a certificate that the upstream accepts (`proxy_ssl_certificate`, `proxy_ssl_certificate_key`), and
renew it before its end.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.handshaking import by_tls_message, failed, shaken
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points


@cause(
    explains={FailureId.TLS_FAILED, FailureId.RESET_BEFORE_RESPONSE, FailureId.CLOSED_BEFORE_RESPONSE},
    common=9,
)
def client_certificate_required(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the upstream's alert about the gateway's certificate, or by a handshake that fails after it asked.

    At TLS 1.2 many servers only say `handshake_failure`, as for any other fault.
    """
    says = "the upstream demands a client certificate"
    decided = by_tls_message(case, evidence, "tls.client-certificate-required", f"{says} that it accepts")
    if decided is not None:
        return decided
    attempt = shaken(case, evidence)
    if attempt is not None and attempt.wants_certificate and failed(attempt):
        return points(f"{says}: it asks for one, and without it the handshake fails", attempt)
    route = route_of(case, evidence)
    return perhaps(f"perhaps {says}", *((tls_want(case, route),) if route is not None and route.settings.tls else ()))
