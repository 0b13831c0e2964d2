"""Is a verdict to be accepted? What does not rest on facts that hold over the window is merely suspected."""

from why502.observations.fact import Fact
from why502.observations.gateway import GatewayProcess, RouteTaken
from why502.observations.verdict import Case, Excluded, Grade, Proven, Suspected, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import gateway_of


def accepted(case: Case, evidence: Evidence, verdict: Verdict) -> Verdict:
    """Return the verdict, or a suspicion in its place.

    A proof has to rest on something, all of which holds; on a gateway that is merely assumed it cannot rest.
    """
    match verdict:
        case Proven(because=because) if not because or not _hold(case, because) or _assumed(case, evidence, because):
            return Suspected(
                grade=Grade.SPECIFIC,
                says=verdict.says,
                because=because,
                subject=verdict.subject,
                fixes=verdict.fixes,
            )
        case Excluded(because=because) if not _hold(case, because):
            return Suspected(grade=Grade.COMPATIBLE, says=verdict.says, because=because)
        case _:
            return verdict


def _hold(case: Case, because: tuple[Fact, ...]) -> bool:
    return all(fact.holds(case.window) for fact in because)


def _assumed(case: Case, evidence: Evidence, because: tuple[Fact, ...]) -> bool:
    if not any(isinstance(fact, GatewayProcess | RouteTaken) for fact in because):
        return False
    gateway = gateway_of(case, evidence)
    return gateway is not None and gateway.assumed
