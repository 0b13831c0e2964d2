from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.report.logs.made import plain
from why502.report.layout import Look, cells
from why502.report.logs.parts import TimelineShown
from why502.report.logs.plot import BLOCKS, bars, columns, marked, plot

START = datetime(2026, 11, 20, tzinfo=UTC)
counts = st.lists(st.integers(0, 10**7), min_size=1, max_size=500).map(tuple)


def timeline(requests: tuple[int, ...]) -> TimelineShown:
    return TimelineShown(start=START, step=60, requests=requests, failed=requests)


@given(counts, st.integers(1, 200))
def test_drawing_together_loses_nothing(requests: tuple[int, ...], room: int) -> None:
    drawn = columns(timeline(requests), room)
    assert drawn is not None
    assert len(drawn.requests) <= room
    assert sum(drawn.requests) == sum(requests)


@given(counts)
def test_whatever_is_not_nothing_is_seen(requests: tuple[int, ...]) -> None:
    shown = bars(requests)
    assert len(shown) == len(requests)
    assert all((bar == " ") is (count == 0) for bar, count in zip(shown, requests, strict=True))
    if any(requests):
        assert shown[requests.index(max(requests))] == BLOCKS[-1]


@given(counts, st.integers(40, 120), st.booleans(), st.booleans())
def test_no_row_is_wider_than_the_terminal(
    requests: tuple[int, ...], width: int, ascii_only: bool, messages: bool
) -> None:
    for row in plot(Look(width=width, ascii_only=ascii_only), timeline(requests), [], messages=messages):
        assert cells(row) <= max(width, 70)
        assert row.isascii() or not ascii_only


def test_incidents_are_marked_by_their_number() -> None:
    report = plain()
    drawn = columns(report.logs.timeline, 70)
    assert drawn is not None
    assert marked(drawn, [each.episode for each in report.incidents]).rstrip() == " " * 30 + "1─────"


def test_nothing_is_drawn_of_nothing() -> None:
    empty = TimelineShown(start=None, step=60, requests=(), failed=())
    assert plot(Look(), empty, [], messages=False) == []
