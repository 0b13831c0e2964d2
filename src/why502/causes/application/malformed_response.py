"""What the application sends is not a valid response.

## What happens
A bad status line, a header line without a name, control bytes in a name: the gateway cannot read the head and answers
502 instead of it.

## Told apart from
`application.bad-length`: the lines are sound, but the lengths they tell are not. `gateway.wrong-protocol` and
`tls.plain-to-tls-port`: the bytes are sound in another protocol. `gateway.buffer-too-small`: a sound head that is too
large.

## Remedy
Look at the head byte for byte (`curl -sv --raw`), and mend the code that writes it.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.verdict import Case, Excluded, Fix, Risk, Verdict
from why502.observations.want import Evidence, Protocols
from why502.rules.again import again
from why502.rules.cause import cause
from why502.rules.lengths import of_length
from why502.rules.named import named_another
from why502.rules.probing import asked
from why502.rules.speech import speech
from why502.rules.suspecting import perhaps, points, told

TONGUES = {Protocols.FASTCGI: "FastCGI", Protocols.GRPC: "HTTP/2"}
"""What is expected where it is no HTTP."""


@cause(
    explains={FailureId.INVALID_RESPONSE, FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESPONSE_TIMEOUT},
    common=8,
)
def malformed_response(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by what the gateway, or a probe that judges like it, could not read."""
    other = named_another(case, "application.malformed-response")
    if other is not None:
        return other
    want = asked(case, evidence)
    attempt = again(case, evidence)
    if attempt is not None and attempt.reply is Reply.INVALID:
        if of_length(attempt.wrong):
            return Excluded(because=(attempt,), says=f"its lines are sound; its lengths are not: {attempt.wrong}")
        if speech(attempt.first) in {None, TONGUES.get(attempt.how.protocol, "HTTP")}:
            fix = Fix(title="Mend the code that writes the response head", risk=Risk.CODE)
            return told(f"asked directly, it answers what is no response: {attempt.wrong}", attempt, fixes=(fix,))
        return perhaps(f"what it answers looks like {speech(attempt.first)}")
    if case.failure.id is FailureId.INVALID_RESPONSE:
        text = case.failure.told("text")
        says = "the gateway could not read the response head" + (f": {text[:80]}" if text else "")
        return points(says, case.failure)
    return perhaps("perhaps what the application sends is no valid response", *((want,) if want is not None else ()))
