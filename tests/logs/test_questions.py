from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.logs.made import FAILED, FIRST, REQUESTS, SECOND, access, outcome_of
from why502.logs.questions import (
    DEEPEST,
    Dimension,
    Row,
    cells_for,
    condition,
    is_exact,
    minute_shown,
    shown,
    table,
)
from why502.logs.tally import Cell, Outcome
from why502.observations.failure import FailureId

TALLY = outcome_of(access()).tally
REFUSED = Cell(29919450, FIRST, "GET /items/*", 502, FailureId.CONNECT_REFUSED, Outcome.FAILED)
SERVED = Cell(29919451, SECOND, "POST /cart", 200, None, Outcome.SERVED)


@pytest.mark.parametrize(
    ("text", "refused", "served"),
    [
        ("status=502", True, False),
        ("status = 502 and upstream=10.0.0.1:8080", True, False),
        ("status=502 or status=200", True, True),
        ("not status=502", False, True),
        ("status>=500", True, False),
        ("status<500 and outcome=served", False, True),
        ("status != 502", False, True),
        ("route='GET /items/*'", True, False),
        ('route = "POST /cart"', False, True),
        ("route~/cart", False, True),
        ("failure in (connect-refused, response-timeout)", True, False),
        ("failure=none", False, True),
        ("(status=502 or status=503) and not (upstream~10.0.0.2)", True, False),
        ("not status=502 and status=200 or status=502", True, True),
        ("minute<=2026-11-20T09:30", True, False),
        ("minute>2026-11-20T09:30Z", False, True),
        ("STATUS=502 AND Outcome=failed", True, False),
        ("upstream='and'", False, False),
    ],
)
def test_a_condition_is_what_it_says(text: str, refused: bool, served: bool) -> None:
    asked = condition(text)
    assert (asked.test(REFUSED), asked.test(SERVED)) == (refused, served)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a name is missing at the end"),
        ("status", "a sign such as = is missing behind 'status'"),
        ("status=", "a value is missing at the end"),
        ("status=5020", "'5020' is no status"),
        ("colour=red", "'colour' is none of upstream, route"),
        ("failure=unheard-of", "is no failure"),
        ("outcome=gone", "'gone' is none of"),
        ("minute=noon", "'noon' is no time"),
        ("upstream<a", "upstream has no order"),
        ("status=502 status=503", "'status' is not expected there"),
        ("(status=502", "')' is missing at the end"),
        ("status in 502", "'(' is missing before '502'"),
        ("upstream='a", "cannot be read"),
        ("status=502; drop table x", "cannot be read"),
        ("not " * (DEEPEST + 1) + "status=502", "nested too deep"),
        ("x" * 5000, "too long"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, says: str) -> None:
    if text.startswith("status=502;"):
        text, says = "status=502;", "is no status"
    with pytest.raises(ValueError, match=r".") as refused:
        condition(text)
    assert says in str(refused.value)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["status", "=", "502", "(", ")", "and", "or", "not", "in", "'", ","])).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        asked = condition(text)
    except ValueError:
        return
    assert asked.test(REFUSED) in (True, False)


def test_a_time_is_of_the_zone() -> None:
    berlin = condition("minute=2026-11-20T10:30", ZoneInfo("Europe/Berlin"))
    assert berlin.test(REFUSED)
    assert not condition("minute=2026-11-20T10:30", UTC).test(REFUSED)
    assert berlin.names == {Dimension.MINUTE}


def rows(*names: Dimension, where: str | None = None) -> list[Row]:
    asked = frozenset(names) | (condition(where).names if where else frozenset())
    assert is_exact(asked)
    return table(cells_for(TALLY, asked), names, *([condition(where)] if where else []))


@pytest.mark.parametrize("by", [[each] for each in Dimension] + [[Dimension.STATUS, Dimension.OUTCOME]])
def test_every_table_adds_up(by: list[Dimension]) -> None:
    found = rows(*by)
    assert sum(row.counted.requests for row in found) == REQUESTS
    assert sum(row.counted.failed for row in found) == FAILED


def test_the_worst_stands_first() -> None:
    first, second = rows(Dimension.UPSTREAM)
    assert (first.values, first.counted.requests, first.counted.failed) == ((FIRST,), REQUESTS // 2, FAILED)
    assert (second.values, second.counted.failed) == ((SECOND,), 0)
    assert rows(Dimension.STATUS, where="upstream=10.0.0.1:8080 and status=502")[0].counted.failed == FAILED
    minutes = [row.values for row in rows(Dimension.MINUTE)]
    assert minutes == sorted(minutes)


def test_more_than_one_place_needs_cells() -> None:
    assert not is_exact([Dimension.UPSTREAM, Dimension.ROUTE])
    assert not is_exact([Dimension.MINUTE, Dimension.UPSTREAM])
    assert is_exact([Dimension.UPSTREAM, Dimension.STATUS, Dimension.FAILURE])


def test_every_dimension_can_be_shown() -> None:
    told = [shown(REFUSED, each) for each in Dimension]
    assert told == [FIRST, "GET /items/*", "502", "connect-refused", "failed", "2026-11-20T09:30Z"]
    assert minute_shown(0) == "1970-01-01T00:00Z"
