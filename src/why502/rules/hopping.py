"""One hop further: where the upstream is a gateway itself, what did it fail at?"""

from dataclasses import replace
from datetime import timedelta

from why502.observations.failure import Failure, Hop
from why502.observations.gateway import GatewayProcess
from why502.observations.subjects import Endpoint, Machine, SocketPath, Subject
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import every
from why502.rules.listening import Listens, who_listens

SECOND = timedelta(seconds=1)
MOST = 4


def next_gateway(case: Case, evidence: Evidence) -> GatewayProcess | None:
    """Return the gateway of this host that holds the upstream's listener."""
    about = case.failure.about
    if not isinstance(about, Endpoint | SocketPath):
        return None
    held = who_listens(about, evidence)
    gateways = every(evidence, Want(kind=GatewayProcess, about=Machine(place=about.place.machine())))
    if not isinstance(held, Listens) or gateways is None:
        return None
    pids = set(held.listener.pids)
    return next((each for each in gateways if not each.assumed and each.pids & pids), None)


def next_failures(case: Case, evidence: Evidence) -> tuple[Failure, ...]:
    """Return what that gateway's own log tells of the same request at the same time, one failure for each upstream."""
    gateway = next_gateway(case, evidence)
    request = case.failure.request
    if gateway is None or request is None:
        return ()
    hop = Hop(gateway=gateway.process, product=gateway.product, version=gateway.version, before=case.failure.hop)
    found: dict[Subject, Failure] = {}
    for each in every(evidence, Want(kind=Failure, about=gateway.process)) or ():
        if each.about != case.failure.about and _same(each, case):
            found[each.about] = replace(
                each, hop=hop, live=case.failure.live, seen=replace(each.seen, at=case.window), request=each.request
            )
    return tuple(found.values())[:MOST]


def _same(failure: Failure, case: Case) -> bool:
    """Tell whether a logged failure is of the request at hand: its method and path, in its time."""
    ours, theirs = case.failure.request, failure.request
    if ours is None or theirs is None or theirs.method != ours.method or theirs.path != ours.path:
        return False
    start = case.window.start.replace(microsecond=0)
    return start <= failure.seen.at.end and failure.seen.at.start <= case.window.end + SECOND
