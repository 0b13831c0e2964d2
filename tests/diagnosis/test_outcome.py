from datetime import timedelta

from tests.evidence import START, case, endpoint, table
from why502.diagnosis.chain import Explanation, Suspect
from why502.diagnosis.outcome import Finding, Incident, Outcome, Target, severity
from why502.observations.failure import FailureId
from why502.observations.verdict import Grade, Link, Proven, Suspected

TARGET = Target(written="http://a/", scheme="http", host="a", port=None, path="/")


def test_it_took_from_start_to_end() -> None:
    outcome = Outcome(
        target=TARGET, finding=Finding.HEALTHY, started=START, ended=START + timedelta(milliseconds=1500), answers=(),
        origin=None, names=(), inside=None, incidents=(), noted=(), gaps=(), facts=(), vantage=("local", "local", True),
    )  # fmt: skip
    assert outcome.seconds == 1.5


def test_findings_are_the_verdicts_of_the_report() -> None:
    from why502.report.parts import Verdict

    assert {each.value for each in Finding} <= {each.value for each in Verdict}


def incident(cause: str, *, proven: bool = False, grade: Grade = Grade.COMPATIBLE) -> Incident:
    proof = Proven(subject=endpoint(), because=(table(),), says="it is so")
    chain = (Link(cause=cause, proof=proof),) if proven else ()
    suspects = () if proven else (Suspect(cause=cause, verdict=Suspected(grade=grade, says="perhaps"), common=5),)
    told = Explanation(chain=chain, suspects=suspects, rivals=(), excluded=())
    return Incident(failure=case(FailureId.CONNECT_REFUSED).failure, explanation=told, route=None)


def test_the_better_explained_incident_is_told_first() -> None:
    proven = incident("application.not-running", proven=True)
    symptom = incident("network.nothing-listening", proven=True)
    named, guess = incident("application.too-slow", grade=Grade.NAMED), incident("gateway.wrong-address")
    assert sorted([guess, named, symptom, proven], key=severity) == [proven, symptom, named, guess]
