"""The response head is larger than any gateway should have to take.

## What happens
The application sends a head of more than 16 KiB (cookies that grow with each answer, debugging headers such as
chrome-logger, a list in a header). Gateways with a bounded buffer refuse it.

## Told apart from
`gateway.buffer-too-small`: a head of up to 16 KiB, for which the gateway's buffer can soundly be raised.

## Remedy
Find the header that grows and shrink it: store sessions on the server, switch debugging headers off.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.verdict import Case, Excluded, Fix, Grade, Proven, Risk, Suspected, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.probing import alike, asked

MOST = 16 * 1024
DEFAULT = 4096


@cause(
    explains={
        FailureId.HEADER_TOO_BIG,
        FailureId.INVALID_RESPONSE,
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
    },
    common=4,
)
def oversized_header(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the size of the head."""
    named = case.failure.id is FailureId.HEADER_TOO_BIG
    guess = Suspected(grade=Grade.COMPATIBLE, says="perhaps the response head is too large")
    want = asked(case, evidence)
    route = route_of(case, evidence)
    if want is None or route is None:
        return guess
    attempt = one(evidence, want)
    if attempt is None:
        return Suspected(grade=Grade.COMPATIBLE, says=guess.says, wants=(want,))
    if not _large(attempt):
        return _small(case, attempt, route)
    if not named or attempt.head_bytes <= route.settings.buffer_size or attempt.wrong:
        return Suspected(grade=Grade.SPECIFIC, says=f"the head has {attempt.head_bytes} bytes", because=(attempt,))
    return Proven(
        subject=case.failure.about,
        because=(attempt,),
        says=f"the response head has {'more than ' if not attempt.head_complete else ''}{attempt.head_bytes} bytes",
        fixes=(
            Fix(
                title="Shrink the head in the application: see which header is large",
                commands=(),
                risk=Risk.CODE,
            ),
        ),
    )


def _small(case: Case, attempt: ResponseAttempt, route: RouteTaken) -> Verdict:
    """Exclude it by a whole head that the failed request gets too: a smaller one may be another user's."""
    named = case.failure.id is FailureId.HEADER_TOO_BIG
    whole = attempt.reply is Reply.ANSWERED and attempt.head_complete
    if whole and alike(case) and (not named or attempt.head_bytes > route.settings.buffer_size):
        return Excluded(because=(attempt,), says=f"the head has {attempt.head_bytes} bytes")
    return Suspected(grade=Grade.COMPATIBLE, says="perhaps the response head is too large", because=(attempt,))


def _large(attempt: ResponseAttempt) -> bool:
    """Count a head that never ended within 64 KiB as large too."""
    return attempt.head_bytes > max(MOST, DEFAULT) and (attempt.head_complete or attempt.reply is Reply.TOO_BIG)
