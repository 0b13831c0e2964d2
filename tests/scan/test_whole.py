import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.format import Judged
from why502.logs.tally import ANY, FAILURES, Outcome, What
from why502.observations.failure import FailureId
from why502.scan.part import Part, Place, Wait, code
from why502.scan.whole import CLOCKS, LONGEST_WAIT, UNKNOWN, failure_of, joined, whole

REFUSED = FAILURES.index(FailureId.CONNECT_REFUSED) + 1
TIMEOUT = FAILURES.index(FailureId.RESPONSE_TIMEOUT) + 1
AT = 1_795_183_200


def place(failure: int = UNKNOWN, outcome: Outcome = Outcome.FAILED, minute: int = AT // 60) -> Place:
    return (minute, b"a:1", b"GET /", 502, failure, int(outcome))


def request(key: int, at: int, line: int, by_client: bool = False, where: Place | None = None) -> Wait:
    return (key, 2 * by_client, at, line, where or place())


def message(key: int, at: int, line: int, failure: int = REFUSED, by_client: bool = False) -> Wait:
    return (key, 1 | 2 * by_client, at, line, place(failure, Outcome.MESSAGE))


@pytest.mark.parametrize(
    ("by_client", "away", "found"),
    [
        *((by_client, away, 1) for by_client in (False, True) for away in (0, -1, CLOCKS)),
        (False, -LONGEST_WAIT, 1),
        (False, -LONGEST_WAIT - 1, 0),
        (True, -CLOCKS - 1, 0),
        (False, CLOCKS + 1, 0),
        (True, CLOCKS + 1, 0),
    ],
)
def test_a_message_before_or_a_little_after_tells_the_failure(by_client: bool, away: int, found: int) -> None:
    waits = [request(8, AT, 1, by_client), message(8, AT + away, 2, by_client=by_client)]
    assert joined(waits) == [(place(), REFUSED, 1)] * found


def test_each_message_tells_one_request() -> None:
    waits = [request(8, AT + each, each) for each in range(3)] + [message(8, AT, 10), message(8, AT + 1, 11)]
    assert joined(waits) == [(place(), REFUSED, 2)]


def test_the_earliest_message_goes_with_the_earliest_request() -> None:
    late = place(minute=AT // 60 + 1)
    waits = [message(8, AT + 60, 3, TIMEOUT), request(8, AT + 60, 2, where=late), message(8, AT, 1), request(8, AT, 0)]
    assert sorted(joined(waits)) == [(place(), REFUSED, 1), (late, TIMEOUT, 1)]


def test_the_connection_goes_before_the_client() -> None:
    """A message that waits under both is used by its connection; what is left goes by client and request."""
    waits = [
        request(8, AT, 1),
        request(9, AT, 2, by_client=True, where=place(minute=1)),
        message(8, AT, 10),
        message(9, AT, 10, by_client=True),
        message(9, AT, 11, TIMEOUT, by_client=True),
    ]
    assert sorted(joined(waits)) == [(place(minute=1), TIMEOUT, 1), (place(), REFUSED, 1)]


def test_a_client_whose_messages_differ_tells_nothing() -> None:
    """Which of its requests a message is of cannot be known."""
    waits = [request(9, AT, 1, by_client=True), message(9, AT + 1, 10, by_client=True)]
    assert joined(waits) == [(place(), REFUSED, 1)]
    assert joined([*waits, message(9, AT - 1, 11, TIMEOUT, by_client=True)]) == []


def test_other_keys_are_other_requests() -> None:
    assert joined([request(8, AT, 1), message(10, AT, 2)]) == []
    assert joined([request(8, AT, 1), request(8, AT, 2)]) == []


WAITS = st.lists(
    st.builds(
        lambda key, side, at, line: (
            key << 1 | side >> 1,
            side,
            AT + at,
            line,
            place(REFUSED if side & 1 else UNKNOWN),
        ),
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(-5, 5),
        st.integers(0, 40),
    ),
    max_size=30,
    unique_by=lambda wait: wait[3],
)


@given(WAITS, st.randoms(use_true_random=False))
def test_joining_knows_no_order(waits: list[Wait], chance: random.Random) -> None:
    mixed = waits[:]
    chance.shuffle(mixed)
    # Groups are joined in the order in which they come; a line stands in one of each kind at most.
    assert sorted(joined(waits)) == sorted(joined(mixed))
    told = sum(count for _, _, count in joined(waits))
    assert told <= sum(wait[1] & 1 for wait in waits)
    assert told <= sum(not wait[1] & 1 for wait in waits)


def counted(*waits: Wait) -> Part:
    what = (502, UNKNOWN, int(Outcome.FAILED))
    part = Part(
        cells={place(): 2},
        by_minute={(AT // 60, what): 2},
        by_upstream={(b"a:1", what): 2},
        by_route={(b"GET /", what): 2},
    )
    part.waiting.lines = list(waits)
    part.waiting.total = len({wait[3] for wait in waits})
    return part


def test_a_joined_request_moves_to_its_failure_everywhere() -> None:
    made = whole(counted(request(8, AT, 1), message(8, AT, 2)), [], {})
    unknown = What(502, FailureId.UNKNOWN, Outcome.FAILED)
    refused = What(502, FailureId.CONNECT_REFUSED, Outcome.FAILED)
    assert made.by_minute == {(AT // 60, unknown): 1, (AT // 60, refused): 1}
    assert made.by_upstream == {("a:1", unknown): 1, ("a:1", refused): 1}
    assert made.by_route == {("GET /", unknown): 1, ("GET /", refused): 1}
    assert {cell.failure: count for cell, count in made.troubles.items()} == {
        FailureId.UNKNOWN: 1,
        FailureId.CONNECT_REFUSED: 1,
    }
    assert (made.joined, made.waiting_lost, made.requests, made.failed) == (1, 0, 2, 2)


def test_a_message_that_knows_no_more_moves_nothing() -> None:
    part = counted(request(8, AT, 1), message(8, AT, 2, UNKNOWN))
    assert whole(part, [], {}).by_minute == {(AT // 60, What(502, FailureId.UNKNOWN, Outcome.FAILED)): 2}


def test_lines_that_found_no_room_are_counted() -> None:
    part = counted(request(8, AT, 1))
    part.waiting.total = 5
    assert whole(part, [], {}).waiting_lost == 4


def test_what_a_cell_lost_is_any() -> None:
    part = Part(cells={(1, None, None, 502, UNKNOWN, int(Outcome.FAILED)): 3}, level=4)
    ((cell, count),) = whole(part, [], {}).troubles.items()
    assert (cell.upstream, cell.route, count) == (ANY, ANY, 3)


def test_names_that_are_no_text_are_shown() -> None:
    part = Part(by_upstream={(b"\xff", (502, 0, 0)): 1})
    assert list(whole(part, [], {}).by_upstream) == [("\\xff", What(502, None, Outcome.SERVED))]


@pytest.mark.parametrize("failure", FAILURES)
def test_codes_and_failures(failure: FailureId) -> None:
    assert failure_of(code(Judged(failed=True, failure=failure))) is failure
    assert failure_of(0) is None
    assert failure_of(255) is None
