"""The causes, found by the loader, and the graph of what explains what."""

from functools import cache

from why502 import causes
from why502.discover import shelf
from why502.observations.failure import CauseId, FailureId
from why502.rules.cause import Cause

FAMILIES = ("overload", "network", "dns", "application", "tls", "firewall", "gateway", "platform")


@cache
def catalogue() -> dict[CauseId, Cause]:
    """Return every cause by its id, in the order in which suspects of equal grade are told."""
    found = sorted(shelf(causes, Cause), key=rank)
    return {each.id: each for each in found}


def rank(cause: Cause) -> tuple[int, int, str]:
    """Order causes by how common they are, then by family as the catalogue lists them."""
    return cause.common, FAMILIES.index(cause.id.partition(".")[0]), cause.id


@cache
def explaining(effect: FailureId | CauseId) -> tuple[Cause, ...]:
    """Return the causes that bring about a failure or a shallower cause in one step."""
    return tuple(each for each in catalogue().values() if effect in each.explains)
