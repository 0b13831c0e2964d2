"""The way of the request as every renderer draws it: which hop follows which, and where it broke."""

from enum import Enum

from why502.observations.frozen import frozen
from why502.report.parts import Contents, HopShown, Role, State

DEEPEST = 12
WIDEST = 8

Following = dict[str | None, list[HopShown]]


class Edge(Enum):
    """How the way into a hop was found."""

    OPEN = "open"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@frozen
class Stop:
    """One hop as it is drawn. `note` names the failure where it broke; `left` counts hops behind it not drawn."""

    hop: HopShown
    edge: Edge
    faulty: bool
    note: str
    behind: tuple["Stop", ...]
    left: int


def way(report: Contents) -> tuple[Stop, ...]:
    """Return the first stops, each with those behind it; broken ones first where there are many."""
    hops = {hop.id: hop for hop in reversed(report.hops)}
    following: Following = {}
    for hop in reversed(hops.values()):
        following.setdefault(hop.behind if hop.behind in hops else None, []).append(hop)
    first = following.get(None, [])
    if len(first) == 1 and first[0].role is Role.CLIENT:
        return _behind(report, following, first[0].id, 1)[0]
    return _stops(report, following, first, 1)[0]


def name_of(hop: HopShown) -> str:
    """Return what a hop is called in one line: product, version, address; else what it is."""
    named = " ".join(part for part in (hop.product, hop.version, hop.address) if part)
    return named or hop.role.value


def _behind(report: Contents, following: Following, hop_id: str, depth: int) -> tuple[tuple[Stop, ...], int]:
    hops = following.get(hop_id, [])
    if depth > DEEPEST:
        return (), len(hops)
    return _stops(report, following, hops, depth)


def _stops(report: Contents, following: Following, hops: list[HopShown], depth: int) -> tuple[tuple[Stop, ...], int]:
    order = (Edge.BROKEN, Edge.UNKNOWN, Edge.OPEN)
    if len(hops) > WIDEST:
        hops = sorted(hops, key=lambda hop: order.index(_edge(report, hop)))
    return tuple(_stop(report, following, hop, depth) for hop in hops[:WIDEST]), len(hops[WIDEST:])


def _stop(report: Contents, following: Following, hop: HopShown, depth: int) -> Stop:
    behind, left = _behind(report, following, hop.id, depth + 1)
    edge, faulty = _edge(report, hop), _faulty(report, hop)
    note = _note(report, hop) if faulty or edge is Edge.BROKEN else ""
    return Stop(hop=hop, edge=edge, faulty=faulty, note=note, behind=behind, left=left)


def _faulty(report: Contents, hop: HopShown) -> bool:
    """Tell whether the hop failed by itself, though the way to it was open: nothing behind it is seen to have."""
    failed = {each.address for each in report.hops if each.behind == hop.id and each.state is State.FAILED}
    return any(
        each.made_at == each.caused_at == hop.id and each.failure.upstream not in failed for each in report.incidents
    )


def _edge(report: Contents, hop: HopShown) -> Edge:
    if any(each.made_at == hop.id for each in report.incidents):
        return Edge.OPEN
    if hop.state is State.FAILED or any(each.caused_at == hop.id for each in report.incidents):
        return Edge.BROKEN
    return Edge.OPEN if hop.state is State.OK else Edge.UNKNOWN


def _note(report: Contents, hop: HopShown) -> str:
    for each in report.incidents:
        at_upstream = each.made_at == hop.behind and each.failure.upstream == hop.address
        if each.caused_at == hop.id or (each.caused_at in {None, each.made_at} and at_upstream):
            return each.failure.id.value
    return ""
