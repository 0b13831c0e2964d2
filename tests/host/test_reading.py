from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, NOW, Paper
from why502.host import reading
from why502.observations.place import Window
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Machine
from why502.observations.want import Want, Why
from why502.vantage.base import No, Raw


@given(st.lists(st.text(max_size=400), max_size=50))
def test_an_excerpt_is_bounded(lines):
    assert len(reading.excerpt(lines)) <= reading.SHOWN


def test_an_excerpt_says_what_it_leaves_out():
    assert reading.excerpt(["x" * 1000] * 5).endswith("… 4 more")


def test_half_a_line_is_left_out():
    raw = Raw(data=b"one\ntw", at=Window.instant(NOW), source="x", cut=True)
    assert reading.whole_lines(raw) == ["one"]


def test_every_refusal_is_a_gap():
    want = Want(kind=ProcessTable, about=Machine(place=HERE))
    for no in No:
        made = reading.gap(want, Paper().refusal(no), Paper())
        assert (made.why is Why.NO_PERMISSION) == (no is No.DENIED)
        assert bool(made.unlock) == (no in {No.DENIED, No.NO_WAY_IN})


@given(st.text())
def test_numbers(text):
    value = reading.number(text)
    assert value is None or 0 <= value < 2**63
