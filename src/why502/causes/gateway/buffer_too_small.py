"""A sound response head is larger than the gateway's buffer for it.

## What happens
The application answers with a valid head (many or long cookies, a large `Content-Security-Policy`, tokens), and the
gateway gives it less room than that. It hangs up and answers 502.

## Told apart from
`application.oversized-header`: a head that no gateway should have to take (above 16 KiB, and above the default).
`application.malformed-response`: a head that never ends.

## Remedy
Raise the one buffer that holds the head (`proxy_buffer_size`, `fastcgi_buffer_size`), not `proxy_buffers` alone; or
make the head smaller.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Proven,
    Risk,
    Suspected,
    Unexamined,
    Verdict,
)
from why502.observations.want import Evidence, Protocols, Want
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.probing import alike, asked
from why502.rules.upstreams import known_route

MOST = 16 * 1024
DEFAULT = 4096
STEPS = (4, 8, 16, 32)


@cause(
    explains={FailureId.HEADER_TOO_BIG, FailureId.INVALID_RESPONSE, FailureId.CLOSED_BEFORE_RESPONSE},
    common=4,
)
def buffer_too_small(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the size of a whole, sound head against the buffer in force."""
    named = case.failure.id is FailureId.HEADER_TOO_BIG
    says = "the gateway's buffer is too small for the response head"
    guess = Suspected(grade=Grade.NAMED if named else Grade.COMPATIBLE, says=says)
    route = route_of(case, evidence)
    want = asked(case, evidence)
    if route is None or want is None:
        about = case.failure.hop.route
        looked = known_route(case, evidence) is not None
        return guess if about is None or looked else Unexamined(wants=(Want(kind=RouteTaken, about=about),))
    attempt = one(evidence, want)
    if attempt is None:
        return Suspected(grade=guess.grade, says=says, wants=(want,))
    if attempt.reply is not Reply.ANSWERED or attempt.wrong or not attempt.head_complete:
        return _too_large(attempt) if attempt.reply is Reply.TOO_BIG else guess
    size = route.settings.buffer_size
    if attempt.head_bytes <= size:
        small = f"the head is now {attempt.head_bytes} bytes, the buffer {size}"
        if named or not alike(case) or not route.loaded:
            return Suspected(grade=guess.grade, says=small)
        return Excluded(because=(attempt, route), says=small)
    if attempt.head_bytes > max(MOST, DEFAULT):
        return _too_large(attempt)
    if not named or not route.loaded:
        return Suspected(grade=Grade.SPECIFIC, says=says, because=(attempt, route))
    return Proven(
        subject=route.about,
        because=(attempt, route),
        says=f"the response head has {attempt.head_bytes} bytes, {_directive(route)} is {size}{_written(route)}",
        fixes=(_fix(route, attempt.head_bytes),),
    )


def _too_large(attempt: ResponseAttempt) -> Excluded:
    return Excluded(because=(attempt,), says=f"the head is no sound one of up to {MOST} bytes")


def _directive(route: RouteTaken) -> str:
    prefix = {
        Protocols.HTTP: "proxy",
        Protocols.FASTCGI: "fastcgi",
        Protocols.UWSGI: "uwsgi",
        Protocols.SCGI: "scgi",
        Protocols.GRPC: "grpc",
        Protocols.NOTHING: "proxy",
    }[route.protocol]
    return f"{prefix}_buffer_size"


def _written(route: RouteTaken) -> str:
    site = route.settings.site("buffer_size")
    return f" at {site}" if site is not None else ", the default"


def _fix(route: RouteTaken, head: int) -> Fix:
    """Give the next usual size above the head, and the buffers that have to be at least as large."""
    size = next((each for each in STEPS if each * 1024 > head), STEPS[-1])
    name = _directive(route)
    prefix = name.removesuffix("_buffer_size")
    site = route.settings.site("buffer_size")
    where = f"at {site}" if site is not None else f"in the location at {route.site}"
    lines = f"{name} {size}k; {prefix}_buffers 8 {size}k; {prefix}_busy_buffers_size {2 * size}k;"
    return Fix(
        title=f"Set, {where}:  {lines}",
        commands=("nginx -t && nginx -s reload",),
        risk=Risk.RELOAD,
    )
