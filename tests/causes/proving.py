"""What the tests of judges ask of a verdict."""

from dataclasses import replace

from tests.evidence import LATER, Known, kinds
from why502.observations.fact import Fact
from why502.observations.verdict import Case, Excluded, Proven, Verdict
from why502.rules.cause import Cause


def proves(cause: Cause, case: Case, *facts: Fact, by: set[str]) -> Proven:
    """The facts prove it, and the deciding kinds are among the reasons."""
    verdict = cause.judge(case, Known(*facts))
    assert isinstance(verdict, Proven), verdict
    assert by <= kinds(verdict.because)
    assert verdict.says
    return verdict


def excludes(cause: Cause, case: Case, *facts: Fact) -> Excluded:
    verdict = cause.judge(case, Known(*facts))
    assert isinstance(verdict, Excluded), verdict
    assert verdict.because
    return verdict


def spares(cause: Cause, case: Case, *facts: Fact) -> Verdict:
    """It looks alike, and is not proven."""
    verdict = cause.judge(case, Known(*facts))
    assert not isinstance(verdict, Proven), verdict
    return verdict


def open_still(cause: Cause, case: Case, *facts: Fact) -> Verdict:
    """Neither proven nor contradicted."""
    verdict = cause.judge(case, Known(*facts))
    assert not isinstance(verdict, Proven | Excluded), verdict
    return verdict


def stale(fact: Fact) -> Fact:
    """The same, seen too late to say anything of the failure."""
    return replace(fact, seen=replace(fact.seen, at=LATER), since=None)


def is_blind(cause: Cause, case: Case, *facts: Fact) -> None:
    """Without facts, with all of them too late, or with all out of reach nothing is decided."""
    open_still(cause, case)
    open_still(cause, case, *map(stale, facts))
    known = Known(*facts)
    for subject, fact in known.facts:
        known.gap(type(fact), subject)
    assert not isinstance(cause.judge(case, known), Proven | Excluded)
