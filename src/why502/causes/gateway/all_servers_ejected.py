"""The gateway has marked every server as down.

## What happens
Each server of the group failed as often as the gateway allows (nginx: `max_fails=1` within ten seconds), so for a while
none is tried: 502 at once, without any connection.

## Told apart from
`gateway.server-in-maintenance`: the configuration itself takes them out. `gateway.upstream-missing`: there are none.
A group of one address is never ejected by nginx.

## Remedy
Mend what made the servers fail (the log has it before this line); `max_fails=0` or several servers keep one fault from
stopping everything.
"""

from dataclasses import replace

from why502.observations.failure import Failure, FailureId
from why502.observations.probes import ResponseAttempt
from why502.observations.subjects import Address
from why502.observations.verdict import Case, Excluded, Proven, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import one, route_of
from why502.rules.attempting import failure_of_attempt
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.probing import asked
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import known_route

LEAST, MOST = 2, 8


def _still_failing(case: Case, evidence: Evidence) -> Proven | None:
    """Ask each server; their own failures are what goes on."""
    route = route_of(case, evidence)
    if case.failure.id is not FailureId.NO_LIVE_UPSTREAM or route is None or route.group is None or not route.loaded:
        return None
    servers = [each for each in route.group.servers if not each.down]
    every_address = [address for each in servers for address in each.addresses]
    if len(every_address) < LEAST or any(each.max_fails == 0 for each in servers):
        return None
    found = [_attempt(case, evidence, address) for address in every_address[:MOST]]
    failed = [
        (attempt, id_)
        for attempt in found
        if attempt is not None and (id_ := failure_of_attempt(attempt, route)) is not None
    ]
    if len(failed) != len(every_address):
        return None
    return Proven(
        subject=case.failure.about,
        because=(route, *(attempt for attempt, _ in failed)),
        says=f"all {len(failed)} servers of {route.group.name} failed, so none is tried; they still fail",
        opens=tuple(_opened(case, attempt, id_) for attempt, id_ in failed),
    )


def _attempt(case: Case, evidence: Evidence, address: Address) -> ResponseAttempt | None:
    want = asked(Case(failure=replace(case.failure, about=address)), evidence)
    return one(evidence, want) if want is not None else None


def _opened(case: Case, attempt: ResponseAttempt, id_: FailureId) -> Failure:
    seen = replace(attempt.seen, at=case.window)
    return replace(case.failure, about=attempt.about, id=id_, seen=seen, may_be=frozenset())


@cause(explains={FailureId.NO_LIVE_UPSTREAM}, common=8)
def all_servers_ejected(case: Case, evidence: Evidence) -> Verdict:
    """Prove it where every server of the group still fails when it is asked as the gateway asks; else suspect it."""
    still = _still_failing(case, evidence)
    if still is not None:
        return still
    says = "the gateway holds every server of the group as down"
    decided = said(case, "gateway.all-servers-ejected", says) or named_another(case, "gateway.all-servers-ejected")
    route = known_route(case, evidence)
    if decided is not None or route is None or route.group is None:
        return decided or perhaps(f"perhaps {says}")
    usable = [each for each in route.group.servers if not each.down]
    ejected = [each for each in usable if each.max_fails > 0]
    count = sum(len(each.addresses) for each in usable)
    if count > 1 and len(ejected) == len(usable):
        return points(f"{says}: {count} addresses, each out for {ejected[0].fail_timeout:g} s after a failure", route)
    held = route_of(case, evidence)
    if held is None:
        return perhaps(f"perhaps {says}")
    if not usable:
        return Excluded(because=(held,), says="the configuration itself sets all its servers down")
    if count == 1 and case.failure.hop.product == "nginx":
        return Excluded(because=(held,), says="nginx never ejects the only address of a group")
    return perhaps(f"perhaps {says}")
