"""The lookers of all rooms that see, by the kind of fact they yield."""

from collections.abc import Mapping
from functools import cache

from why502 import gateways, host, probes, servers
from why502.discover import shelf
from why502.observations.fact import Fact
from why502.vantage.looking import Looker


@cache
def all_lookers() -> tuple[Looker, ...]:
    """Find every looker."""
    return tuple(each for room in (probes, host, gateways, servers) for each in shelf(room, Looker))


@cache
def by_kind() -> Mapping[type[Fact], tuple[Looker, ...]]:
    """Sort them by what they yield, the cheap first."""
    sorted_: dict[type[Fact], tuple[Looker, ...]] = {}
    for each in sorted(all_lookers(), key=lambda looker: (looker.cost, looker.id)):
        for kind in each.yields:
            sorted_[kind] = (*sorted_.get(kind, ()), each)
    return sorted_
