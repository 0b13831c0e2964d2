"""Which product made an answer? Each product's own recogniser is asked; the loader finds them."""

from collections.abc import Callable
from functools import cache

from why502 import gateways
from why502.discover import shelf
from why502.observations.answer import Answer, Origin
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen


@frozen
class Recogniser:
    """One product's eye: who made an answer, and what an answer that it made leaves possible."""

    home: str
    product: str
    origin: Callable[[Answer], Origin | None]
    possible: Callable[[Answer], frozenset[FailureId]]


@cache
def recognisers() -> tuple[Recogniser, ...]:
    """Find every recogniser."""
    return tuple(shelf(gateways, Recogniser))


def recognise(answer: Answer) -> Origin | None:
    """Return what the first product that knows it says of an answer."""
    return next((found for each in recognisers() if (found := each.origin(answer)) is not None), None)


def possible(answer: Answer) -> frozenset[FailureId]:
    """Return the failures that an answer without a log line leaves possible."""
    for each in recognisers():
        if each.origin(answer) is not None:
            return each.possible(answer)
    return frozenset(FailureId) - {FailureId.UNKNOWN, FailureId.SPAWN_FAILED}
