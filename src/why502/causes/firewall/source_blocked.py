"""The upstream refuses this source: an allow list, a ban, ranges of a CDN.

## What happens
The upstream, or a filter in front of it, lets only certain addresses in, and the gateway's is none of them (any more).
Others reach the same port.

## Told apart from
`firewall.dropped` and `firewall.rejected` hold for everybody. Here it works from another address.

## Remedy
Put the address that the gateway uses towards the upstream on the list (php-fpm: `listen.allowed_clients`), or lift the
ban (`fail2ban-client status`).
"""

from why502.observations.failure import FailureId
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.named import named_another
from why502.rules.refusing import Refused, complaints
from why502.rules.suspecting import perhaps, told


@cause(
    explains={
        FailureId.CONNECT_TIMEOUT,
        "firewall.dropped",
        "firewall.rejected",
        FailureId.CONNECT_REFUSED,
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.CONNECT_UNREACHABLE,
        FailureId.TLS_FAILED,
    },
    common=9,
)
def source_blocked(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the server's own message that it refuses this address."""
    if not isinstance(case.failure.about, Endpoint):
        return Irrelevant(says="a unix socket knows no addresses")
    refused = complaints(case, evidence, Refused.SOURCE)
    if refused:
        return told(f"{refused[-1].product} says that it refuses this address", refused[-1])
    other = named_another(case, "firewall.source-blocked")
    return other or perhaps("perhaps the upstream lets only other addresses in")
