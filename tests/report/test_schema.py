import json
from datetime import UTC

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.report.arbitrary import logs_reports, reports, thorough
from tests.report.examples import EXAMPLES
from tests.report.logs.made import refused
from why502.report.as_json import to_json, to_value
from why502.report.schema import schema

VALIDATOR = Draft202012Validator(schema())


def test_the_schema_itself_is_valid_and_is_json():
    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_validates(name):
    VALIDATOR.validate(json.loads(to_json(EXAMPLES[name])))


@thorough
@given(reports)
def test_every_report_validates(report):
    VALIDATOR.validate(json.loads(to_json(report)))


@thorough
@given(logs_reports)
def test_every_report_of_logs_validates(report):
    VALIDATOR.validate(json.loads(to_json(report)))


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["target"].update(kind="url"),
        lambda v: v.pop("logs"),
        lambda v: v["logs"].pop("clients"),
        lambda v: v["logs"].update(further=1),
        lambda v: v["logs"]["by_status"].update({"200": -1}),
        lambda v: v["incidents"][0].pop("episode"),
        lambda v: v["incidents"][0]["episode"].pop("changed"),
    ],
)
def test_logs_and_episodes_stand_in_every_report_of_logs_and_in_no_other(change):
    value = to_value(refused())
    VALIDATOR.validate(value)
    change(value)
    assert not VALIDATOR.is_valid(value)


def objects(value, place=()):
    if isinstance(value, dict):
        yield place, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects(inner, (*place, key))


def test_no_object_takes_a_further_key_or_misses_one():
    for place, _ in objects(to_value(EXAMPLES["refused"])):
        value = to_value(EXAMPLES["refused"])
        holder = value
        for key in place:
            holder = holder[key]
        holder["further"] = 1
        assert not VALIDATOR.is_valid(value), place
        del holder["further"]
        for key in list(holder):
            taken = holder.pop(key)
            assert not VALIDATOR.is_valid(value), (*place, key)
            holder[key] = taken


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(verdict="fine"),
        lambda v: v.update(schema="why502/report/2"),
        lambda v: v.update(verdict="healthy"),
        lambda v: v.update(started="2026-11-20T14:02:11Z"),
        lambda v: v.update(seconds=-1),
        lambda v: v["checks"].pop(),
        lambda v: v["checks"][1].update(step="refresh"),
        lambda v: v["evidence"][0].update(kind="rumour"),
        lambda v: v["incidents"][0].update(certainty="90 %"),
        lambda v: v["incidents"][0]["failure"].update(id="gone-wrong"),
    ],
)
def test_what_is_not_allowed_is_refused(change):
    value = to_value(EXAMPLES["refused"])
    change(value)
    assert not VALIDATOR.is_valid(value)


def test_examples_cite_only_what_they_hold():
    for name, report in EXAMPLES.items():
        if name == "hostile":
            continue
        held = {piece.id for piece in report.evidence}
        hops = {hop.id for hop in report.hops} | {None}
        for incident in report.incidents:
            assert {incident.made_at, incident.caused_at} <= hops
            for link in incident.chain:
                assert set(link.evidence) <= held
                assert link.hop in hops
        assert report.started.tzinfo is UTC
