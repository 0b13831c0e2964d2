import json

import pytest
from hypothesis import given

from tests.report.arbitrary import reports, thorough
from tests.report.examples import EXAMPLES
from why502.report.as_json import to_json
from why502.report.model import from_json


def test_keys_stand_in_the_published_order():
    value = json.loads(EXAMPLES["refused"].to_json())
    assert list(value) == [
        "schema", "tool", "target", "vantages", "started", "seconds", "verdict", "summary", "answer", "hops",
        "incidents", "evidence", "unexamined", "checks",
    ]  # fmt: skip
    assert list(value["incidents"][0]) == [
        "failure", "made_at", "caused_at", "route", "request", "cause", "certainty", "chain", "alternatives",
        "excluded", "fixes",
    ]  # fmt: skip
    assert list(value["hops"][0]) == ["id", "behind", "role", "product", "version", "address", "vantage", "state"]
    assert list(value["answer"]) == ["tries", "failed", "status", "made_by", "seconds"]
    assert list(value["incidents"][0]["failure"]) == [
        "id", "gateway", "upstream", "count", "first", "last", "evidence",
    ]  # fmt: skip
    assert list(value["incidents"][0]["chain"][0]) == [
        "kind", "id", "hop", "subject", "certainty", "says", "evidence",
    ]  # fmt: skip
    assert list(value["incidents"][0]["fixes"][0]) == ["title", "commands", "diff", "risk", "for"]
    assert list(value["evidence"][0]) == ["id", "kind", "source", "at", "text"]
    assert list(value["checks"][0]) == ["step", "title", "state", "says", "seconds"]


def test_the_cause_is_its_id_with_the_certainty_beside_it():
    incident = json.loads(EXAMPLES["outside"].to_json())["incidents"][0]
    assert (incident["cause"], incident["certainty"]) == ("application.not-running", "suspected")


@pytest.mark.parametrize("name", EXAMPLES)
def test_one_line_says_the_same(name):
    line = to_json(EXAMPLES[name], indent=None)
    assert "\n" not in line
    assert json.loads(line) == json.loads(to_json(EXAMPLES[name]))


@thorough
@given(reports)
def test_no_byte_acts_on_a_terminal_and_nothing_is_lost(report):
    text = to_json(report)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert to_json(from_json(json.loads(text))) == text
