"""Short forms of a suspicion, one for each grade."""

from why502.observations.fact import Fact
from why502.observations.verdict import Case, Fix, Grade, Suspected
from why502.observations.want import Want


def perhaps(says: str, *wants: Want[Fact]) -> Suspected:
    """Suspect what is merely compatible with the failure; the wants would tell more."""
    return Suspected(grade=Grade.COMPATIBLE, says=says, wants=wants)


def points(says: str, *because: Fact, fixes: tuple[Fix, ...] = ()) -> Suspected:
    """Suspect what an observation singles out."""
    return Suspected(grade=Grade.SPECIFIC, says=says, because=because, fixes=fixes)


def told(says: str, *because: Fact, fixes: tuple[Fix, ...] = ()) -> Suspected:
    """Suspect what a message of the gateway or of a server names."""
    return Suspected(grade=Grade.NAMED, says=says, because=because, fixes=fixes)


def by_message(case: Case, says: str, *, fixes: tuple[Fix, ...] = ()) -> Suspected:
    """Suspect what the gateway's own message of this failure names."""
    return told(says, case.failure, fixes=fixes)
