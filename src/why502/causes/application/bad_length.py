"""The response's lengths are invalid, doubled or in conflict, or its body is shorter than promised.

## What happens
The application sends `Content-Length` twice, together with `Transfer-Encoding`, or with a number that is none; or it
ends before the bytes that it promised.

## Told apart from
`application.malformed-response`: the lines themselves cannot be read. `application.crashes-on-request` and
`application.worker-killed` also break a body off, and leave word in the log.

## Remedy
Let one party alone set the length: the framework or the server, not the application's own code.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.verdict import Case, Excluded, Fix, Risk, Verdict
from why502.observations.want import Evidence
from why502.rules.again import again, asked_alike
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.lengths import of_length
from why502.rules.named import named_another, said
from why502.rules.probing import asked
from why502.rules.suspecting import perhaps, told

FIX = Fix(title="Let the framework or the server alone set the length of the response", risk=Risk.CODE)


@cause(
    explains={FailureId.INVALID_RESPONSE, FailureId.TRUNCATED_RESPONSE, FailureId.RESPONSE_TIMEOUT},
    common=8,
)
def bad_length(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by the gateway's message, or by the head that a probe got."""
    named = said(case, "application.bad-length", "the gateway's message names the lengths of the response")
    if named is not None:
        return named
    want = asked(case, evidence)
    attempt = again(case, evidence)
    if attempt is not None and attempt.reply is Reply.INVALID and of_length(attempt.wrong):
        return told(f"asked directly, its lengths are wrong: {attempt.wrong}", attempt, fixes=(FIX,))
    held = one(evidence, want) if want is not None else None
    alike = case.failure.id is FailureId.INVALID_RESPONSE and asked_alike(case)
    if alike and held is not None and held.reply is Reply.INVALID:
        return Excluded(because=(held,), says=f"something else is wrong with its head: {held.wrong}")
    other = named_another(case, "application.bad-length")
    return other or perhaps("perhaps the response tells a wrong length", *((want,) if want is not None else ()))
