"""Gateway and upstream have no protocol version or cipher in common.

## What happens
One side offers only versions or ciphers that the other has switched off (an old appliance with TLS 1.0, a new server
with TLS 1.3 alone). The handshake ends with an alert, or with a closed connection.

## Told apart from
`tls.server-name-missing` gives the same `handshake failure` alert, and works as soon as the name is sent.

## Remedy
Let both speak TLS 1.2 or newer (`proxy_ssl_protocols`, `proxy_ssl_ciphers`); renew keys that are too small.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Handshake
from why502.observations.verdict import Case, Excluded, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.handshaking import HANDSHAKE_FAILURE, any_version_want, by_tls_message, failed, shaken
from why502.rules.knowing import known
from why502.rules.probing import tls_want
from why502.rules.suspecting import perhaps, points


@cause(
    explains={FailureId.TLS_FAILED, FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE},
    common=8,
)
def version_mismatch(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the alert, or by a handshake that works with a newer version only."""
    says = "gateway and upstream have no TLS version or cipher in common"
    decided = by_tls_message(case, evidence, "tls.version-mismatch", says)
    route = route_of(case, evidence)
    if decided is not None or route is None:
        return decided or perhaps(f"perhaps {says}")
    newer = known(evidence, any_version_want(case, route)) if route.settings.tls_newest is not None else None
    attempt, held = shaken(case, evidence), one(evidence, tls_want(case, route))
    if held is not None and failed(held) and (held.chain or held.wants_certificate):
        return Excluded(
            because=(held,), says="the upstream went on in the handshake: version and cipher were agreed on"
        )
    if attempt is not None and newer is not None and failed(attempt) and newer.handshake is Handshake.DONE:
        return points(f"the upstream speaks {newer.version}, the gateway at most {route.settings.tls_newest}", newer)
    if held is not None and held.handshake is Handshake.DONE and route.settings.tls_newest is not None:
        return Excluded(because=(held,), says=f"a handshake as the gateway makes it ends well ({held.version})")
    if case.failure.told("alert") == HANDSHAKE_FAILURE and route.settings.server_name is not None:
        return points(f"perhaps {says}: the upstream answers with the alert handshake_failure", case.failure)
    return perhaps(f"perhaps {says}", tls_want(case, route), any_version_want(case, route))
