"""One side expects the PROXY protocol header and the other does not send it, or the reverse.

## What happens
The header comes before the first byte of the request. A server that expects it closes on a plain request; one that does
not takes it for a broken request, or answers 400.

## Told apart from
`gateway.wrong-protocol`: the request itself is of another protocol. `tls.plain-to-tls-port`: the port completes a TLS
handshake.

## Remedy
Set both sides alike: `proxy_protocol on` at the sender, `listen … proxy_protocol` (or the like) at the receiver.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.again import again
from why502.rules.cause import cause
from why502.rules.hearing import hearing_wants
from why502.rules.named import named_another, said
from why502.rules.refusing import Refused, complaints
from why502.rules.speech import speech
from why502.rules.suspecting import perhaps, points, told

THIS = "gateway.proxy-protocol-mismatch"


@cause(
    explains={
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.INVALID_RESPONSE,
        FailureId.TLS_FAILED,
        FailureId.RESPONSE_TIMEOUT,
    },
    common=9,
)
def proxy_protocol_mismatch(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the header itself, where nobody expected it, or by a server's complaint of it."""
    says = "one side sends the PROXY protocol and the other does not expect it"
    decided = said(case, THIS, says) or named_another(case, THIS)
    if decided is not None:
        return decided
    attempt = again(case, evidence)
    if attempt is not None and speech(attempt.first) == "the PROXY protocol":
        return points("the upstream begins with a PROXY protocol header", attempt)
    refused = complaints(case, evidence, Refused.PROXY_PROTOCOL)
    if refused:
        return told(f"{refused[-1].product} complains of a PROXY protocol header", refused[-1])
    if attempt is not None and attempt.reply is Reply.ANSWERED and case.failure.id is FailureId.RESPONSE_TIMEOUT:
        return Irrelevant(says="asked directly, the upstream answers")
    return perhaps(f"perhaps {says}", *hearing_wants(case))
