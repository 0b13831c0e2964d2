import asyncio
import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, NOW, Hand, Paper
from why502.host.journal import journal, parse_entries
from why502.observations.fact import EvidenceKind, Seen
from why502.observations.place import Window
from why502.observations.subjects import Machine, Unit
from why502.observations.units import UnitJournal, UnitTable
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import No, ReadOnly

PRINTED = (
    '{"_PID":"33","__REALTIME_TIMESTAMP":"1795276885684849","MESSAGE":"Time spent on flushing is 7.331ms."}\n'
    '{"_PID":"34","_SOURCE_REALTIME_TIMESTAMP":"1795276885000000","__REALTIME_TIMESTAMP":"1795276885684849",'
    '"MESSAGE":[87,255,10]}\n'
    '{"__REALTIME_TIMESTAMP":"1795276885684849","MESSAGE":null}\n'
)
UNIT = Unit(place=HERE.machine(), name="app.service")
SEEN = Seen(at=Window.instant(NOW), by="x", kind=EvidenceKind.UNIT, source="x", raw="")


def look(printed, *, manager=True, privileged=True):
    table = UnitTable(about=Machine(place=HERE.machine()), seen=SEEN, units=(), manager=manager)
    vantage = Paper(runs={ReadOnly.UNIT_JOURNAL: printed}, privileged=privileged)
    answer = asyncio.run(journal.look(Want(kind=UnitJournal, about=UNIT), Hand(vantage, facts=[table])))
    return answer, vantage


def test_entries_as_they_are_printed():
    ((found,), vantage) = look(PRINTED)
    assert [(each.text, each.pid) for each in found.lines] == [
        ("Time spent on flushing is 7.331ms.", 33),
        ("W\ufffd\n", 34),
    ]
    assert found.lines[1].at == datetime(2026, 11, 21, 16, 1, 25, tzinfo=UTC)
    assert found.covers == Window(start=NOW - timedelta(minutes=15), end=NOW)
    assert found.complete
    assert vantage.asked == [("run", "UNIT_JOURNAL", "2026-11-21 11:45:00", "app.service")]


def test_a_full_answer_covers_only_what_it_holds():
    line = json.dumps({"__REALTIME_TIMESTAMP": "1795262395000000", "MESSAGE": "x"}) + "\n"
    ((found,), _) = look(line * 2000)
    assert not found.complete
    assert found.covers.start == datetime.fromtimestamp(1795262395, UTC)


def test_silence_without_rights_is_a_gap():
    answer, _ = look("", privileged=False)
    assert isinstance(answer, Gap)
    assert answer.why is Why.NO_PERMISSION
    assert isinstance(look(Paper().refusal(No.DENIED))[0], Gap)


def test_no_systemd_no_journal():
    assert look("", manager=False)[0] == ()


@given(st.lists(st.text() | st.integers().map(str) | st.lists(st.text()).map(json.dumps), max_size=5))
def test_any_lines(lines):
    list(parse_entries(lines))


@given(st.dictionaries(st.sampled_from(["MESSAGE", "_PID", "__REALTIME_TIMESTAMP"]), st.text() | st.integers()))
def test_any_entries(entry):
    list(parse_entries([json.dumps(entry)]))
