import random

from hypothesis import given
from hypothesis import strategies as st

from why502.logs.numbers import ERROR, LONGEST_TIME, WHOLE, bucket, hash64, middle
from why502.logs.tally import FAILURES, MOST_CLIENTS, Cell, Clients, Outcome, Tally, What, percentile, summed
from why502.observations.failure import FailureId


def tally(counts: dict[tuple[int, What], int]) -> Tally:
    return Tally(
        files=(),
        by_minute=counts,
        by_upstream={},
        by_route={},
        troubles={},
        upstream_seconds={},
        upstream_slowest={},
        route_seconds={},
        route_slowest={},
        seen=Clients(pairs=frozenset()),
        hit=Clients(pairs=frozenset()),
        samples=(),
        unparsed=(),
    )


WHATS = st.builds(
    What, st.sampled_from([0, 200, 502]), st.sampled_from([None, FailureId.UNKNOWN]), st.sampled_from(Outcome)
)


@given(st.dictionaries(st.tuples(st.integers(0, 9), WHATS), st.integers(1, 99)))
def test_attempts_and_messages_are_no_requests(counts: dict[tuple[int, What], int]) -> None:
    made = tally(counts)
    of = {outcome: sum(count for (_, what), count in counts.items() if what.outcome is outcome) for outcome in Outcome}
    assert made.failed == of[Outcome.FAILED]
    assert made.requests == of[Outcome.FAILED] + of[Outcome.SERVED]


def test_codes_are_stable() -> None:
    """Stored aggregates and the kernel know outcomes and failures by number."""
    assert [each.value for each in Outcome] == [0, 1, 2, 3, 4]
    assert tuple(FailureId) == FAILURES
    assert Cell(1, "", "GET /", 200, None, Outcome.SERVED) < Cell(2, "", "GET /", 200, None, Outcome.SERVED)


@given(st.lists(st.integers(0, LONGEST_TIME), min_size=1, max_size=200), st.floats(0.001, 1))
def test_a_percentile_lies_within_the_stated_error(values: list[int], share: float) -> None:
    spread: dict[int, int] = {}
    for value in values:
        spread[bucket(value)] = spread.get(bucket(value), 0) + 1
    exact = next(value for number, value in enumerate(sorted(values), 1) if number >= share * len(values))
    told = percentile(spread, share)
    assert told == bucket(exact)
    assert abs(middle(told) * 1e6 - exact) <= ERROR * exact + 0.5


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({7: 1}, 0.0) == 7


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9))))
def test_sums(pairs: list[tuple[str, int]]) -> None:
    assert summed(pairs) == {key: sum(count for each, count in pairs if each == key) for key, _ in pairs}


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 20))), st.integers(0, 5), st.integers(0, 5))
def test_clients_are_exact_while_all_are_kept(pairs: set[tuple[int, int]], first: int, last: int) -> None:
    exact = len({client for minute, client in pairs if first <= minute <= last})
    assert Clients(pairs=frozenset(pairs)).count(first, last) == exact


def test_clients_are_estimated_from_a_share() -> None:
    total, below = 200_000, WHOLE >> 4
    chance = random.Random(3)
    hashes = {hash64(chance.randbytes(4)) for _ in range(total)}
    kept = Clients(pairs=frozenset((0, each) for each in hashes if each <= below), below=below)
    assert len(kept.pairs) < MOST_CLIENTS
    assert abs(kept.count() - len(hashes)) < 4 * 1.2 / len(kept.pairs) ** 0.5 * len(hashes)
