from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from why502.logs.times import MONTHS, days, parse

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30, 23, 59, 59)).map(
    lambda at: at.replace(microsecond=0)
)
ZONES = st.integers(-14 * 60, 14 * 60)
NAMES = {number: name.decode() for name, number in MONTHS.items()}
FRACTIONS = st.sampled_from(["", ".1", ".123", ",123", ".123456", ".123456789"])


def zoned(at: datetime, minutes: int) -> int:
    return int(at.replace(tzinfo=timezone(timedelta(minutes=minutes))).timestamp())


def zone_of(minutes: int, between: str) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{between}{abs(minutes) % 60:02}"


@given(
    at=MOMENTS, minutes=ZONES, fraction=FRACTIONS, between=st.sampled_from(["", ":"]), gap=st.sampled_from(["", " "])
)
@example(at=datetime(2024, 2, 29), minutes=330, fraction="", between="", gap=" ")
def test_times_with_a_zone(at: datetime, minutes: int, fraction: str, between: str, gap: str) -> None:
    zone = gap + zone_of(minutes, between)
    local = f"{at.day:02}/{NAMES[at.month]}/{at.year}:{at:%H:%M:%S}{fraction}{zone}"
    assert parse(local.encode()) == (zoned(at, minutes), False)
    for dash in "-/":
        for letter in "T ":
            iso = f"{at.year}{dash}{at.month:02}{dash}{at.day:02}{letter}{at:%H:%M:%S}{fraction}"
            assert parse(f"{iso}{zone}".encode()) == (zoned(at, minutes), False)
            assert parse(f"{iso}Z".encode()) == (zoned(at, 0), False)


@given(at=MOMENTS, fraction=FRACTIONS)
def test_times_without_a_zone_are_marked(at: datetime, fraction: str) -> None:
    for text in (
        f"{at.day:02}/{NAMES[at.month]}/{at.year}:{at:%H:%M:%S}{fraction}",
        f"{at.year}-{at.month:02}-{at.day:02} {at:%H:%M:%S}{fraction}",
        f"Fri {NAMES[at.month]} {at.day:02} {at:%H:%M:%S}{fraction} {at.year}",
    ):
        assert parse(text.encode()) == (zoned(at, 0), True)
    clock, date = f"{at:%H:%M:%S}{fraction}", f"{at.year}-{at.month:02}-{at.day:02}"
    assert parse(clock.encode(), date.encode()) == (zoned(at, 0), True)
    assert parse(clock.encode()) is None


@given(at=MOMENTS.filter(lambda at: at.year > 1974 and at.year < 2199), behind=st.integers(0, 999_999_999))
def test_times_since_1970_by_their_digits(at: datetime, behind: int) -> None:
    seconds = zoned(at, 0)
    for digits in (0, 3, 6, 9):
        raw = f"{seconds}{f'{behind:09}'[:digits]}"
        if len(raw) - digits in (9, 10):
            expected = (seconds, False) if digits == 0 or len(raw) - digits == 10 else None
            assert parse(raw.encode()) == expected
    assert parse(f"{seconds}.{behind:09}".encode()) == (seconds, False)


@given(st.dates(datetime(1970, 1, 1).date(), datetime(2199, 12, 31).date()))
def test_days_are_those_of_the_calendar(date: "datetime") -> None:
    assert days(date.year, date.month, date.day) == (date - datetime(1970, 1, 1).date()).days  # type: ignore[operator]


def test_the_31st_of_a_shorter_month_is_of_the_next() -> None:
    assert days(2026, 2, 31) == days(2026, 3, 3)
    assert days(2024, 4, 31) == days(2024, 5, 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"-",
        b"20/Nov/2026",
        b"20/Nev/2026:14:02:11 +0000",
        b"20/Nov/1969:14:02:11 +0000",
        b"20/Nov/2200:14:02:11 +0000",
        b"00/Nov/2026:14:02:11 +0000",
        b"32/Nov/2026:14:02:11 +0000",
        b"20/Nov/2026:24:00:00 +0000",
        b"20/Nov/2026:14:60:00 +0000",
        b"20/Nov/2026:14:02:61 +0000",
        b"2026-13-20T14:02:11Z",
        b"2026-00-20T14:02:11Z",
        b"2026-11-20T14:02:11Zx",
        b"2026-11-20T14:02:11.Z",
        b"12345678",
        b"12345678901",
        b"99999999999999999999",
        b"-1795183331",
    ],
)
def test_what_is_no_time(raw: bytes) -> None:
    assert parse(raw) is None


def test_a_leap_second_is_the_next_one() -> None:
    assert parse(b"2016-12-31T23:59:60Z") == (int(datetime(2017, 1, 1, tzinfo=UTC).timestamp()), False)


@given(st.binary(max_size=40), st.binary(max_size=12))
def test_any_bytes_are_a_time_or_not(raw: bytes, date: bytes) -> None:
    parse(raw, date)
