from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from why502.logs.numbers import (
    BUCKETS,
    ERROR,
    LONGEST_TIME,
    WHOLE,
    bucket,
    hash64,
    microseconds,
    middle,
    mixed,
    status,
)
from why502.logs.plan import Unit

PER_SECOND = {b"": None, b"s": 1, b"ms": 10**3, b"us": 10**6, "µs".encode(): 10**6, "μs".encode(): 10**6, b"ns": 10**9}
DIGITS = st.text("0123456789", min_size=1, max_size=18)


@given(
    whole=DIGITS,
    fraction=st.none() | st.text("0123456789", max_size=12),
    exponent=st.none() | st.integers(-12, 12),
    suffix=st.sampled_from(sorted(PER_SECOND)),
    unit=st.sampled_from(Unit),
)
@example(whole="0", fraction="004", exponent=None, suffix=b"", unit=Unit.SECONDS)
def test_durations_are_those_of_exact_arithmetic(
    whole: str, fraction: str | None, exponent: int | None, suffix: bytes, unit: Unit
) -> None:
    raw = whole + ("" if fraction is None else "." + fraction) + ("" if exponent is None else f"e{exponent}")
    # Nine digits behind the point, and eighteen in all, are looked at.
    kept = (
        (fraction or "")[:9][: 18 - len(whole)] if len(whole) + len((fraction or "")[:9]) > 18 else (fraction or "")[:9]
    )
    per_second = PER_SECOND[suffix] or 1000**unit
    exact = Decimal(f"{whole}.{kept or '0'}e{exponent or 0}") * 10**6 / per_second
    got = microseconds(raw.encode() + suffix, unit)
    assert got == min(int(exact.to_integral_value(ROUND_FLOOR)), LONGEST_TIME)


@pytest.mark.parametrize("raw", [b"", b"-", b"-1", b"+1", b"1,5", b".5", b"1s ", b" 1", b"1h", b"nan", b"1e", b"0x1"])
def test_what_is_no_duration_is_unknown(raw: bytes) -> None:
    assert microseconds(raw, Unit.SECONDS) is None


@given(st.binary(max_size=12))
def test_any_bytes_are_a_duration_or_not(raw: bytes) -> None:
    got = microseconds(raw, Unit.MILLISECONDS)
    assert got is None or 0 <= got <= LONGEST_TIME


@given(st.integers(0, LONGEST_TIME))
@example(LONGEST_TIME)
@example(31)
@example(32)
def test_a_bucket_tells_its_times_within_the_stated_error(value: int) -> None:
    number = bucket(value)
    assert 0 <= number < BUCKETS
    # The middle of a bucket of whole microseconds, which lies half a one above what is rounded down.
    assert abs(middle(number) * 1e6 - value) <= ERROR * value + 0.5


@given(st.integers(0, LONGEST_TIME), st.integers(0, LONGEST_TIME))
def test_buckets_are_in_order(one: int, other: int) -> None:
    if one <= other:
        assert bucket(one) <= bucket(other)


def test_every_bucket_is_met_and_its_middle_is_in_it() -> None:
    assert {bucket(int(middle(number) * 1e6)) for number in range(BUCKETS)} == set(range(BUCKETS))


@given(st.integers(0, 9999))
def test_a_status_has_three_digits(value: int) -> None:
    raw = b"%d" % value
    assert status(raw) == (value if 100 <= value <= 999 else 0 if value == 0 else None)


@pytest.mark.parametrize(
    ("raw", "expected"), [(b"-", 0), (b"", 0), (b"000", 0), (b"-1", 0), (b"null", 0), (b"2 0", None)]
)
def test_a_status_that_is_none(raw: bytes, expected: int | None) -> None:
    assert status(raw) == expected


@given(st.binary(max_size=40), st.integers(0, 39), st.integers(1, 255))
def test_a_changed_byte_changes_the_hash(text: bytes, at: int, by: int) -> None:
    if at < len(text):
        other = bytearray(text)
        other[at] ^= by
        assert hash64(bytes(other)) != hash64(text)
    assert 0 <= hash64(text) <= WHOLE
    assert hash64(text + b"\0") != hash64(text)


def test_hashes_are_spread_evenly() -> None:
    """Bounds keep what lies below one: that must be the share it says, also of names that differ little."""
    hashes = [hash64(b"10.0.%d.%d:8080" % (each // 250, each % 250)) for each in range(20000)]
    for parts in (2, 16):
        counts = [sum(each * parts // (WHOLE + 1) == part for each in hashes) for part in range(parts)]
        assert max(counts) - min(counts) < 8 * (len(hashes) / parts) ** 0.5


@given(st.lists(st.integers(0, WHOLE), min_size=2, max_size=50, unique=True))
def test_mixing_loses_nothing(values: list[int]) -> None:
    assert len({mixed(each) for each in values}) == len(values)
