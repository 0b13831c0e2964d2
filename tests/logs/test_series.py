from why502.logs.bursts import Burst
from why502.logs.series import Hit, Key, Span, merged, rows_of
from why502.logs.tally import Cell, Outcome
from why502.observations.failure import FailureId

REFUSED, TIMEOUT = FailureId.CONNECT_REFUSED, FailureId.RESPONSE_TIMEOUT
RESET, UNKNOWN, NO_LIVE = FailureId.RESET_BEFORE_RESPONSE, FailureId.UNKNOWN, FailureId.NO_LIVE_UPSTREAM


def hit(first: int, last: int, failure: FailureId, upstream: str, count: int = 500, message: bool = False) -> Hit:
    key = Key(failure=failure, upstream=upstream, message=message)
    return Hit(burst=Burst(first=first, last=last, count=count, expected=0.1), keys=frozenset({key}))


def spans(*hits: Hit) -> list[tuple[int, int, int]]:
    return sorted((span.first, span.last, len(span.keys)) for span in merged(hits))


def test_one_failure_of_many_upstreams_at_one_time_is_one_incident() -> None:
    assert spans(hit(10, 40, REFUSED, "a"), hit(11, 40, REFUSED, "b"), hit(10, 41, REFUSED, "c")) == [(10, 41, 3)]


def test_two_failures_of_one_upstream_at_one_time_are_one_incident() -> None:
    assert spans(hit(10, 11, REFUSED, "a"), hit(10, 10, RESET, "a")) == [(10, 11, 2)]


def test_other_failures_of_other_upstreams_stay_apart_even_at_one_time() -> None:
    assert len(spans(hit(10, 40, REFUSED, "a"), hit(10, 40, TIMEOUT, "b"))) == 2


def test_the_same_failure_at_overlapping_times_stays_apart() -> None:
    assert len(spans(hit(10, 40, REFUSED, "a"), hit(30, 70, REFUSED, "b"))) == 2


def test_one_failure_for_most_of_the_same_time_is_one_incident() -> None:
    assert spans(hit(10, 40, TIMEOUT, "a"), hit(15, 40, TIMEOUT, "b")) == [(10, 40, 2)]


def test_faint_bursts_of_one_failure_that_overlap_are_one_incident() -> None:
    assert spans(hit(10, 28, TIMEOUT, "a", 13), hit(22, 31, TIMEOUT, "b", 7)) == [(10, 31, 2)]
    assert len(spans(hit(10, 28, TIMEOUT, "a", 13), hit(32, 40, TIMEOUT, "b", 7))) == 2


def test_messages_of_the_same_failure_belong_to_its_requests() -> None:
    assert spans(hit(10, 40, REFUSED, "a"), hit(8, 20, REFUSED, "a", message=True)) == [(8, 40, 2)]


def test_what_is_not_known_belongs_to_what_is_known_at_that_time() -> None:
    assert spans(hit(10, 40, UNKNOWN, ""), hit(10, 39, REFUSED, "a", message=True)) == [(10, 40, 2)]
    assert spans(hit(10, 40, REFUSED, "a"), hit(12, 40, NO_LIVE, "backend")) == [(10, 40, 2)]
    assert len(spans(hit(10, 400, UNKNOWN, ""), hit(40, 60, REFUSED, "a", message=True))) == 2


def test_a_faint_member_does_not_move_the_edges() -> None:
    assert spans(hit(100, 200, REFUSED, "a", 9000), hit(95, 204, REFUSED, "b", 20)) == [(100, 200, 2)]


def test_incidents_that_follow_each_other_stay_two() -> None:
    assert spans(hit(10, 20, REFUSED, "a"), hit(30, 40, REFUSED, "a")) == [(10, 20, 1), (30, 40, 1)]


def test_the_order_of_bursts_does_not_matter() -> None:
    hits = [hit(10, 40, REFUSED, "a"), hit(10, 40, TIMEOUT, "b"), hit(12, 40, NO_LIVE, "g"), hit(60, 62, RESET, "a")]
    assert spans(*hits) == spans(*reversed(hits))


def test_rows_are_sorted_and_no_failure_is_an_unknown_one() -> None:
    cells = {
        Cell(9, "a", "GET /", 502, None, Outcome.FAILED): 2,
        Cell(3, "a", "GET /", 502, UNKNOWN, Outcome.FAILED): 1,
        Cell(4, "a", "", 0, UNKNOWN, Outcome.MESSAGE): 7,
    }
    rows = rows_of(cells)
    assert [(key.failure, key.message, [row[:2] for row in mine]) for key, mine in rows.items()] == [
        (UNKNOWN, False, [(3, 1), (9, 2)]),
        (UNKNOWN, True, [(4, 7)]),
    ]


def test_a_span_is_made_of_minutes() -> None:
    (span,) = merged([hit(5, 5, REFUSED, "a")])
    assert span == Span(first=5, last=5, keys=frozenset({Key(REFUSED, "a", False)}))
    assert merged([]) == []
