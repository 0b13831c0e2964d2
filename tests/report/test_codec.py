import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.examples import EXAMPLES
from why502.report.as_json import to_value
from why502.report.codec import NotAReportError, decode, encode, utc
from why502.report.model import Report, from_json


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 11, 20, 14, 2, 11, 120_999, UTC), "2026-11-20T14:02:11.120Z"),
        (datetime(2026, 11, 20, 15, 2, 11, tzinfo=timezone(timedelta(hours=1))), "2026-11-20T14:02:11.000Z"),
        (datetime(2026, 11, 20, 14, 2, 11), "2026-11-20T14:02:11.000Z"),
    ],
)
def test_times_are_utc_with_milliseconds(at, written):
    assert utc(at) == written


def test_an_undecodable_byte_is_written_in_words():
    assert encode("a\udcffb") == "a\\udcffb"


def broken(change):
    value = to_value(EXAMPLES["refused"])
    change(value)
    return value


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda v: v.pop("schema"), "report.schema is not"),
        (lambda v: v.pop("hops"), "report.hops is missing"),
        (lambda v: v.update(hops={}), "report.hops is not a list"),
        (lambda v: v["hops"].append(7), r"report.hops\[2\] is not an object"),
        (lambda v: v["hops"][0].update(role="proxy"), r"report.hops\[0\].role is none of client, "),
        (lambda v: v.update(started="yesterday"), "report.started is not a time"),
        (lambda v: v.update(started=7), "report.started is not a time"),
        (lambda v: v.update(seconds=float("nan")), "report.seconds is not of type float"),
        (lambda v: v["answer"].update(tries=True), "report.answer.tries is not of type int"),
        (lambda v: v["incidents"][0].update(cause=None), r"incidents\[0\].cause is not of type str"),
        (lambda v: v["incidents"][0].pop("certainty"), r"incidents\[0\].certainty is none of"),
        (lambda v: v.update(summary=None), "report.summary is not of type str"),
    ],
)
def test_what_is_no_report_is_refused_by_place(change, says):
    with pytest.raises(NotAReportError, match=says):
        from_json(broken(change))


def test_keys_of_a_later_version_are_passed_over():
    value = broken(lambda v: (v.update(logs={}), v["incidents"][0].update(episode={})))
    assert from_json(value) == EXAMPLES["refused"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_value_at_any_key_is_read_or_refused(data):
    value = json.loads(json.dumps(to_value(EXAMPLES["refused"])))
    holder = data.draw(st.sampled_from([value, value["incidents"][0], value["hops"][0], value["evidence"][0]]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(json_values)
    with suppress(NotAReportError):
        assert isinstance(decode(Report, value), Report)
