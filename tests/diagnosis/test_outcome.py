from datetime import timedelta

from tests.evidence import START
from why502.diagnosis.outcome import Finding, Outcome, Target

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
