"""The name that the gateway could not resolve, and what the resolvers of its place say of it."""

from why502.observations.failure import FailureId
from why502.observations.probes import NameAnswer
from why502.observations.subjects import Name
from why502.observations.verdict import Case, Excluded
from why502.observations.want import Evidence, Want
from why502.rules.asking import route_of
from why502.rules.knowing import all_known
from why502.rules.upstreams import by_name, host_of


def names_wanted(case: Case, evidence: Evidence) -> tuple[Want[NameAnswer], ...]:
    """Return the wants of the answers: for the name in the gateway's message, else those without an address."""
    about = case.failure.about
    told = case.failure.told("name")
    if case.failure.id is FailureId.RESOLVE_FAILED:
        if told is None:
            return ()
        return (Want(kind=NameAnswer, about=Name(place=about.place.network(), name=told)),)
    route = route_of(case, evidence)
    servers = route.group.servers if route is not None and route.group is not None else ()
    missing = [host_of(each.written) for each in servers if by_name(each) and not each.addresses]
    return tuple(Want(kind=NameAnswer, about=Name(place=about.place.network(), name=each)) for each in missing[:2])


def answers_of(case: Case, evidence: Evidence) -> tuple[NameAnswer, ...]:
    """Return what the name servers say; the system's own answer is made of theirs."""
    found = [each for want in names_wanted(case, evidence) for each in all_known(evidence, want)]
    return tuple(each for each in found if each.server not in {"system", "hosts"}) or tuple(found)


def nothing_to_resolve(case: Case, evidence: Evidence) -> Excluded | None:
    """Exclude trouble with names where a route has no server left, and each of its servers stands for an address."""
    route = route_of(case, evidence)
    if case.failure.id is not FailureId.NO_LIVE_UPSTREAM or route is None or route.group is None:
        return None
    if not route.group.servers or not all(each.addresses for each in route.group.servers):
        return None
    return Excluded(because=(route,), says="each server of the route has an address")
