"""Is a verdict to be accepted? What does not rest on facts that hold over the window is merely suspected."""

from why502.observations.fact import Fact
from why502.observations.gateway import GatewayProcess
from why502.observations.subjects import Endpoint, Process
from why502.observations.verdict import Case, Excluded, Grade, Proven, Suspected, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.knowing import known
from why502.rules.turning import redirects_want, stays, turned


def accepted(case: Case, evidence: Evidence, verdict: Verdict) -> Verdict:
    """Return the verdict, or a suspicion in its place.

    A proof has to rest on something, all of which holds. Nothing is proven or excluded of a gateway that is merely
    assumed: its namespaces are taken to be ours, and may be others. Nor is anything proven of the sockets of an address
    from which the kernel may hand connections on.
    """
    match verdict:
        case Proven(because=because) if not because or not _hold(case, because) or _assumed(case, evidence):
            return Suspected(
                grade=Grade.SPECIFIC,
                says=verdict.says,
                because=because,
                subject=verdict.subject,
                fixes=verdict.fixes,
            )
        case Excluded(because=because) if not _hold(case, because) or _assumed(case, evidence):
            return Suspected(grade=Grade.COMPATIBLE, says=verdict.says, because=because)
        case Proven(because=because) if not stays(case, evidence, because):
            return _in_doubt(case, evidence, verdict)
        case _:
            return verdict


def _in_doubt(case: Case, evidence: Evidence, verdict: Proven) -> Suspected:
    """Suspect what would be proven if no rule turned the connection."""
    rule, address = turned(case, evidence), case.failure.about
    return Suspected(
        grade=Grade.COMPATIBLE if rule else Grade.SPECIFIC,
        says=f"{verdict.says}, unless a rule hands the connection on ({rule})" if rule else verdict.says,
        because=verdict.because,
        wants=(redirects_want(address),) if isinstance(address, Endpoint) else (),
        subject=verdict.subject,
        fixes=verdict.fixes,
    )


def _hold(case: Case, because: tuple[Fact, ...]) -> bool:
    return all(fact.holds(case.window) for fact in because)


def _assumed(case: Case, evidence: Evidence) -> bool:
    gateway = case.failure.hop.gateway
    if not isinstance(gateway, Process):
        return False
    found = known(evidence, Want(kind=GatewayProcess, about=gateway))
    return found is not None and found.assumed
