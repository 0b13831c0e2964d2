import dataclasses
import json

import pytest

from tests.report.examples import EXAMPLES
from why502.report.cleaning import cleaned
from why502.report.model import from_json


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_report_without_what_is_to_be_cleaned_is_the_same(name: str) -> None:
    report = EXAMPLES[name]
    assert cleaned(report, lambda text: text) is report


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_no_text_of_a_report_is_passed_over(name: str) -> None:
    report = EXAMPLES[name]
    blank = cleaned(report, lambda text: "x" * len(text))
    told = blank.to_text(verbose=True) + blank.to_html() + blank.to_markdown()
    for piece in report.evidence:
        assert piece.text not in told
    assert report.summary not in told
    assert blank.summary == "x" * len(report.summary)
    assert (blank.verdict, blank.started, blank.seconds) == (report.verdict, report.started, report.seconds)
    assert [len(each.chain) for each in blank.incidents] == [len(each.chain) for each in report.incidents]


def test_what_is_cleaned_is_still_a_report() -> None:
    report = EXAMPLES["refused"]

    masked = cleaned(report, lambda text: text.replace("shop", "<s1>"))
    assert dataclasses.is_dataclass(masked)
    assert from_json(json.loads(masked.to_json())) == masked
    assert "shop" not in masked.to_json()
