"""The gateway reuses a connection that the upstream has just closed as idle.

## What happens
The gateway keeps idle connections longer than the upstream does. A request sent on one of them at the moment when the
upstream closes it meets a FIN or RST. Safe methods are tried again; a POST fails with 502, now and then, after a quiet
spell.

## Told apart from
`application.crashes-on-request` fails on fresh connections too, and without a pause: that an application is sound now
does not show that it was. `application.restarted` comes as one burst, with processes younger than the failure.

## Remedy
Let the upstream keep idle connections longer than the gateway (its keep-alive above the gateway's `keepalive_timeout`),
or lower the gateway's.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Irrelevant,
    Proven,
    Risk,
    Suspected,
    Verdict,
)
from why502.observations.want import Evidence, Protocols
from why502.rules.cause import cause
from why502.rules.keepalive import SHOWN, Kept, how_kept, kept_wants
from why502.rules.lasting import lasting

LEAST = 2


@cause(
    explains={
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        "gateway.all-servers-ejected",
        FailureId.RESPONSE_TIMEOUT,
    },
    common=2,
)
def keepalive_mismatch(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by both idle limits, old processes, the pause before each failure, and none without such a pause."""
    if case.failure.id not in {FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE}:
        return Irrelevant(says="the upstream did not close or reset the connection")
    kept = how_kept(case, lasting(case, evidence))
    if kept is None:
        says = "perhaps the gateway reused a connection that the upstream had just closed"
        return Suspected(grade=Grade.COMPATIBLE, says=says, wants=kept_wants(case, evidence))
    if kept.route.protocol is not Protocols.HTTP or not kept.route.loaded:
        return Suspected(grade=Grade.COMPATIBLE, says="how the gateway keeps connections was not seen")
    if kept.gateway is None:
        return Excluded(because=(kept.route,), says="the gateway opens a connection for each request")
    if not kept.fresh_works:
        says = "a fresh connection fails as well"
        if kept.fresh_then:
            return Excluded(because=(kept.fresh,), says=says)
        return Suspected(grade=Grade.COMPATIBLE, says=f"{says} now")
    return _limits_apart(case, kept, kept.gateway)


def _limits_apart(case: Case, kept: Kept, gateway: float) -> Verdict:
    """Put the two limits against each other, where the gateway keeps connections and a fresh one is sound."""
    if kept.closes:
        return Excluded(because=kept.because, says="the upstream closes each connection after its answer")
    if (kept.listened if kept.idle is None else kept.idle) > gateway:
        return Excluded(because=kept.because, says="the upstream keeps idle connections longer than the gateway")
    if kept.idle is None:
        says = f"the upstream keeps idle connections for more than {kept.listened:g} s, the gateway for {gateway:g} s"
        return Suspected(grade=Grade.COMPATIBLE, says=says)
    most = kept.spells >= LEAST and kept.after_pause * 2 > kept.failed
    apart = len(kept.soon) >= LEAST and not kept.soon_failed
    if kept.younger is not None or not most or not kept.good_alike or not apart:
        return Suspected(
            grade=Grade.SPECIFIC,
            says=_limits(kept),
            because=(kept.route, *kept.because),
            fixes=(_fix(kept),),
        )
    return Proven(
        subject=case.failure.about,
        because=(
            kept.route,
            *((kept.fresh,) if kept.fresh_then else ()),
            *kept.because,
            *kept.pauses,
            *kept.soon[:SHOWN],
        ),
        says=f"{_limits(kept)}; {kept.after_pause} of {kept.failed} failures came just when a pause of that"
        f" length ended, and none of {len(kept.soon)} requests that came sooner failed",
        fixes=(_fix(kept),),
    )


def _limits(kept: Kept) -> str:
    return f"the upstream closes idle connections after {kept.idle:.1f} s, the gateway keeps them {kept.gateway:g} s"


def _fix(kept: Kept) -> Fix:
    return Fix(
        title=f"Let the application keep idle connections longer than {kept.gateway:g} s,"
        f" or set keepalive_timeout below {kept.idle:.1f} s in the upstream block",
        commands=(),
        risk=Risk.RESTART,
    )
