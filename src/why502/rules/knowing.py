"""What is known at all, whatever its time: good enough for a suspicion, never for a proof or an exclusion."""

from typing import TypeVar

from why502.observations.fact import Fact
from why502.observations.want import Evidence, Held, Stale, Want

F = TypeVar("F", bound=Fact)


def all_known(evidence: Evidence, want: Want[F]) -> tuple[F, ...]:
    """Return the facts of a want, also those that do not speak for the window."""
    answer = evidence.ask(want)
    return answer.facts if isinstance(answer, Held | Stale) else ()


def known(evidence: Evidence, want: Want[F]) -> F | None:
    """Return the first of them."""
    return next(iter(all_known(evidence, want)), None)
