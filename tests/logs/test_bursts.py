import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.bursts import LEAST, Burst, Clock, Found, clock, find, ratio, surprise, threshold

WEEK = 7 * 1440


def poisson(draw: random.Random, mean: float) -> int:
    bound, number, product = math.exp(-mean), 0, draw.random()
    while product > bound:
        number += 1
        product *= draw.random()
    return number


def rhythm(minute: int) -> float:
    return max(2.0, 2000 * (1 + 0.99 * math.sin(2 * math.pi * (minute - 480) / 1440)))


TIME = clock((minute, rhythm(minute)) for minute in range(WEEK))


def searched(points: dict[int, int], time: Clock = TIME, cap: float = 0.01) -> Found:
    return find(sorted(points.items()), time, cap, threshold(len(time.minutes), 50))


def noise(draw: random.Random, share: float) -> dict[int, int]:
    drawn = {minute: poisson(draw, share * rhythm(minute)) for minute in range(WEEK)}
    return {minute: count for minute, count in drawn.items() if count}


@pytest.mark.parametrize("share", [1e-6, 1e-5, 1e-4, 1e-3])
def test_a_steady_share_has_no_burst_in_any_of_eight_weeks(share: float) -> None:
    for seed in range(8):
        found = searched(noise(random.Random(f"{share} {seed}"), share))
        assert not found.bursts
    if share >= 1e-5:
        assert found.rate == pytest.approx(share, rel=0.35)


@pytest.mark.parametrize("share", [1e-5, 1e-4, 1e-3])
def test_clients_that_try_again_make_no_burst(share: float) -> None:
    for seed in range(8):
        draw = random.Random(seed)
        points = noise(draw, share)
        for minute, count in list(points.items()):
            for _ in range(count):
                while draw.random() < 0.3:
                    points[minute] += 1
        assert not searched(points).bursts
        points[5000] = points.get(5000, 0) + 80
        assert [each.first for each in searched(points).bursts] == [5000]


@pytest.mark.parametrize("length", [1, 2, 5, 20, 90])
@pytest.mark.parametrize("share", [0.0, 1e-5, 1e-4])
def test_edges_are_found_within_a_minute(length: int, share: float) -> None:
    for seed in range(6):
        draw = random.Random(f"{length} {share} {seed}")
        points, start = noise(draw, share), draw.randrange(200, WEEK - 200)
        for minute in range(start, start + length):
            points[minute] = points.get(minute, 0) + max(
                1, poisson(draw, max(3.0 if share < 1e-4 else 10.0, 20 / length))
            )
        (burst,) = searched(points).bursts
        assert abs(burst.first - start) <= 1
        assert abs(burst.last - (start + length - 1)) <= 1


def test_a_great_burst_does_not_hide_a_small_one() -> None:
    points = noise(random.Random(3), 1e-5)
    points.update(dict.fromkeys(range(3000, 3300), 900))
    points[7000] = 15
    assert [(each.first, each.last) for each in searched(points).bursts] == [(3000, 3299), (7000, 7000)]


def test_two_bursts_with_quiet_between_stay_two() -> None:
    points = dict.fromkeys([*range(1000, 1010), *range(1020, 1030)], 40)
    assert [(each.first, each.last) for each in searched(points).bursts] == [(1000, 1009), (1020, 1029)]


def test_a_burst_of_many_heights_is_one() -> None:
    points = noise(random.Random(4), 1e-5)
    points.update(
        {1000 + number: count for number, count in enumerate([4, 9, 300, 800, 20, 12, 700, 15, 11, 9, 12, 8])}
    )
    (burst,) = searched(points).bursts
    assert (burst.first, burst.last) == (1000, 1011)


def test_a_ramp_is_seen_from_its_foot() -> None:
    points = {2000 + number: 1 + number for number in range(40)}
    points |= dict.fromkeys(range(0, WEEK, 400), 1)
    (burst,) = searched(points).bursts
    assert abs(burst.first - 2000) <= 1
    assert burst.last == 2039


def test_more_than_the_cap_is_a_burst_from_the_first_to_the_last_minute() -> None:
    time = clock((minute, 100.0) for minute in range(600))
    (burst,) = searched(dict.fromkeys(range(600), 5), time).bursts
    assert (burst.first, burst.last, burst.count) == (0, 599, 3000)
    assert not searched(dict.fromkeys(range(600), 1), time, cap=0.05).bursts


def test_fewer_than_the_least_are_never_a_burst() -> None:
    assert not searched({5000: LEAST - 1}).bursts
    assert searched({5000: 2 * LEAST}).bursts
    hour = clock((minute, 100.0) for minute in range(60))
    assert find([(30, LEAST)], hour, 0.01, threshold(60, 1)).bursts


def test_a_hole_in_the_log_ends_a_burst() -> None:
    minutes = [*range(60), *range(2000, 2060)]
    time = clock((minute, 50.0) for minute in minutes)
    found = searched(dict.fromkeys([*range(50, 60), *range(2000, 2010)], 50), time).bursts
    assert [(each.first, each.last) for each in found] == [(50, 59), (2000, 2009)]


def test_the_clock_takes_no_longer_for_the_year_1970() -> None:
    time = clock([(0, 10.0), (30_000_000, 10.0), (30_000_001, 10.0)])
    assert time.total < 100
    assert time.between(0, 1 << 40) == time.total
    assert time.between(1, 29_999_999) == 0


def test_the_ratio_is_the_poisson_one() -> None:
    assert ratio(10, 2) == pytest.approx(10 * math.log(5) - 8)
    assert ratio(2, 2) == ratio(1, 2) == 0
    assert Burst(first=1, last=2, count=10, expected=2.0).surprise == ratio(10, 2)


def test_what_repeats_is_less_of_a_surprise() -> None:
    assert surprise(10, 0.1, 0.0) == ratio(10, 0.1)
    assert surprise(10, 0.1, 1e-9) == pytest.approx(ratio(10, 0.1), rel=1e-3)
    assert ratio(10, 0.1) > surprise(10, 0.1, 0.1) > surprise(10, 0.1, 0.5) > 0
    assert surprise(1, 2, 0.3) == 0


@given(st.integers(1, 100_000), st.floats(1e-9, 1e4), st.floats(0.0, 0.9))
def test_the_surprise_is_never_above_the_ratio(count: int, expected: float, again: float) -> None:
    assert -1e-6 <= surprise(count, expected, again) <= ratio(count, expected) * (1 + 1e-9) + 1e-6


def test_more_places_ask_for_more_surprise() -> None:
    assert threshold(1, 1) < threshold(10080, 1) < threshold(10080, 50)


counted = st.dictionaries(st.integers(0, 3000), st.integers(1, 500), min_size=1, max_size=80)


@given(counted, st.floats(1e-9, 1.0), st.integers(1, 1000))
def test_bursts_are_apart_in_order_and_rare(points: dict[int, int], cap: float, weight: int) -> None:
    time = clock((minute, float(weight)) for minute in range(3001))
    found = searched(points, time, cap)
    assert found.rate > 0
    for burst in found.bursts:
        assert burst.first in points
        assert burst.last in points
        assert burst.count == sum(count for minute, count in points.items() if burst.first <= minute <= burst.last)
        assert burst.count >= LEAST
    assert all(a.last < b.first for a, b in zip(found.bursts, found.bursts[1:], strict=False))


@given(counted, st.integers(-2000, 2000))
def test_bursts_move_with_time(points: dict[int, int], by: int) -> None:
    here = searched(points, clock((minute, 100.0) for minute in range(3001)))
    there = searched(
        {minute + by: count for minute, count in points.items()}, clock((minute + by, 100.0) for minute in range(3001))
    )
    assert [(each.first + by, each.last + by, each.count) for each in here.bursts] == [
        (each.first, each.last, each.count) for each in there.bursts
    ]
