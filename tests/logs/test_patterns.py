import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502 import causes as catalogue
from why502.discover import shelf
from why502.logs.numbers import bucket
from why502.logs.patterns import BROKEN, PERIODS, Pattern, Shape, folded, hints, pattern, period, sentence, wall
from why502.observations.failure import FailureId
from why502.rules.cause import Cause

CAUSES = {cause.id: cause for cause in shelf(catalogue, Cause)}


@pytest.mark.parametrize("shown", Pattern, ids=lambda each: each.value)
@pytest.mark.parametrize("failure", FailureId, ids=lambda each: each.value)
def test_every_hint_is_in_the_catalogue_and_explains_the_failure(shown: Pattern, failure: FailureId) -> None:
    named = hints(shown, failure)
    assert bool(named) is (failure is not FailureId.UNKNOWN)
    assert len(set(named)) == len(named)
    for each in named:
        assert failure in CAUSES[each].explains


def shape(  # the usual one: some upstreams fail for some time
    failure: FailureId = FailureId.CONNECT_REFUSED,
    *,
    minutes: int = 12,
    ongoing: bool = False,
    upstreams: int = 2,
    of_upstreams: int = 4,
    route_share: float = 0.3,
    route_requests: float = 0.3,
    limit: float | None = None,
    period: int | None = None,
) -> Shape:
    return Shape(
        failure=failure,
        minutes=minutes,
        ongoing=ongoing,
        upstreams=upstreams,
        of_upstreams=of_upstreams,
        route_share=route_share,
        route_requests=route_requests,
        limit=limit,
        period=period,
    )


def test_each_pattern_by_its_sign() -> None:
    assert pattern(shape()) is Pattern.PLAIN
    assert pattern(shape(upstreams=1)) is Pattern.ONE_UPSTREAM
    assert pattern(shape(upstreams=4)) is Pattern.ALL_UPSTREAMS
    assert pattern(shape(upstreams=1, of_upstreams=1)) is Pattern.PLAIN
    assert pattern(shape(route_share=1.0)) is Pattern.ONE_ROUTE
    assert pattern(shape(route_share=1.0, route_requests=0.9)) is Pattern.PLAIN
    assert pattern(shape(FailureId.RESPONSE_TIMEOUT, limit=60.0, upstreams=1)) is Pattern.TIMEOUT_WALL
    assert pattern(shape(minutes=2)) is Pattern.RESTART
    assert pattern(shape(minutes=2, ongoing=True)) is Pattern.PLAIN
    assert pattern(shape(minutes=2, period=60)) is Pattern.PERIODIC


@pytest.mark.parametrize("failure", [each for each in FailureId if each not in BROKEN], ids=lambda each: each.value)
def test_only_broken_connections_look_like_a_restart(failure: FailureId) -> None:
    assert pattern(shape(failure, minutes=1)) is not Pattern.RESTART


def spread(*seconds: tuple[float, int]) -> dict[int, int]:
    return {bucket(round(each * 1e6)): count for each, count in seconds}


def test_times_that_pile_up_at_a_limit_are_a_wall() -> None:
    usual = tuple((0.01 * 1.05**number, 900 >> number // 15) for number in range(150))
    assert wall(spread(*usual, (60.003, 120)), 120) == 60.0
    assert wall(spread(*usual, (30.1, 120)), 120) == 30.0
    assert wall(spread(*usual, (60.003, 120), (900.0, 1)), 120) == 60.0, "one slow download is no limit"
    assert wall(spread(*usual, (37.0, 120)), 120) == pytest.approx(37.0, rel=1 / 16)
    assert wall(spread(*usual), 120) is None
    assert wall(spread(*usual, (60.003, 30)), 120) is None, "most of the failed ended elsewhere"
    assert wall(spread((40.0, 50), (45.0, 55), (50.0, 60), (54.0, 58), (58.0, 61)), 60) is None, "many times, no pile"
    assert wall({}, 5) is None


def test_bursts_at_each_hour_have_a_period() -> None:
    assert period([600, 660, 721, 780, 839, 900]) == 60
    assert period([600, 660, 780, 840, 900]) == 60, "one that is missing"
    assert period([0, 1440, 2880, 4321]) == 1440
    assert period([600, 660, 720]) is None, "too few"
    assert period([600, 671, 720, 790, 850]) is None
    assert period([600, 600, 660, 720, 780]) is None, "two at one time"
    assert period([]) is None


@given(st.sampled_from(PERIODS), st.integers(0, 1_000_000), st.integers(4, 40))
def test_a_true_period_is_found(each: int, start: int, times: int) -> None:
    assert period([start + each * number for number in range(times)]) == each


@given(st.sampled_from(PERIODS), st.integers(0, 1439), st.integers(8, 40))
def test_single_failures_at_a_fixed_time_are_found(each: int, start: int, times: int) -> None:
    found = folded({start + each * number: 3 for number in range(times)})
    assert found is not None
    assert found[0] == each or each % found[0] == 0 or (each < 1440 and found[0] % each == 0)
    assert start % found[0] == found[1] or found[0] > each


def test_failures_at_any_time_have_no_fixed_one() -> None:
    assert folded({(minute * 7919) % 10080: 1 for minute in range(500)}) is None
    assert folded({}) is None
    assert folded({600: 50}) is None, "once is no period"


def test_the_sentence_says_who_and_what() -> None:
    refused = FailureId.CONNECT_REFUSED
    said = sentence(refused, ["10.0.0.2:8080"], 3, None, 1.0)
    assert said == "10.0.0.2:8080 began to refuse connections; others served on"
    assert sentence(refused, ["a", "b", "c"], 3, None, 0.0) == "all 3 upstreams began to refuse connections"
    assert sentence(refused, ["a", "b"], 3, None, 0.0) == "2 of 3 upstreams began to refuse connections"
    assert sentence(refused, [], 0, "GET /pay", 0.0) == "requests began to refuse connections on GET /pay"
    assert (
        sentence(FailureId.UNKNOWN, [], 0, None, 3.52)
        == "requests began to fail; 3.5 times the requests of the hour before"
    )
    for failure in FailureId:
        assert sentence(failure, ["a"], 1, None, 1.0).startswith("a ")
