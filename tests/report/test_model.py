import json

import pytest

from tests.report.examples import EXAMPLES
from why502.report.model import Certainty, Report, from_json


def test_the_cause_is_an_object_in_the_library():
    cause = EXAMPLES["refused"].incidents[0].cause
    assert cause.id == "application.not-running"
    assert cause.certainty is Certainty.PROVEN


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"hostile"}))
def test_a_report_survives_its_json(name):
    report = from_json(json.loads(EXAMPLES[name].to_json()))
    assert isinstance(report, Report)
    assert report == EXAMPLES[name]
    assert report.to_text() == EXAMPLES[name].to_text()
