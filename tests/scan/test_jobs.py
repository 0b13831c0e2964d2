"""Local times become UTC as the host's zone had it then, and the plans of a file are numbered through."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from why502.logs.format import Signs
from why502.logs.formats import haproxy_http, nginx_combined
from why502.logs.reading import read
from why502.scan.jobs import Reading, in_utc, zones_of
from why502.scan.part import MOST_PLANS

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
)
LISTED = {name: zones_of(ZoneInfo(name)) for name in ZONES}


def local_seconds(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp())


@given(name=st.sampled_from(ZONES), at=st.datetimes(datetime(1990, 1, 8), datetime(2036, 12, 25)))
@example(name="Europe/Berlin", at=datetime(2026, 3, 29, 2, 30))
@example(name="Europe/Berlin", at=datetime(2026, 10, 25, 2, 30))
@example(name="Europe/Berlin", at=datetime(2026, 10, 25, 2, 59, 59))
@example(name="Europe/Berlin", at=datetime(2026, 10, 25, 3, 0))
@example(name="Australia/Lord_Howe", at=datetime(2026, 4, 5, 1, 45))
@example(name="Pacific/Apia", at=datetime(2011, 12, 30, 12, 0))
def test_local_times_are_those_of_the_zone(name: str, at: datetime) -> None:
    at = at.replace(microsecond=0)
    expected = at.replace(tzinfo=ZoneInfo(name), fold=0).timestamp()
    assert in_utc(local_seconds(at), LISTED[name]) == expected


@pytest.mark.parametrize("name", ZONES)
def test_zones_are_in_their_order(name: str) -> None:
    starts = [start for start, _ in LISTED[name]]
    assert starts == sorted(set(starts))


def test_the_hour_that_comes_twice_is_taken_as_its_first_pass() -> None:
    berlin = LISTED["Europe/Berlin"]
    first = in_utc(local_seconds(datetime(2026, 10, 25, 2, 10)), berlin)
    assert datetime.fromtimestamp(first, UTC) == datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    after = in_utc(local_seconds(datetime(2026, 10, 25, 3, 0)), berlin)
    assert datetime.fromtimestamp(after, UTC) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


@given(at=st.integers(0, 1 << 33), hours=st.integers(-12, 14))
def test_a_zone_that_never_changes(at: int, hours: int) -> None:
    assert in_utc(at, zones_of(timezone(timedelta(hours=hours)))) == at - hours * 3600


def test_without_zones_times_are_utc() -> None:
    assert in_utc(12345, ()) == 12345


def test_plans_are_numbered_through_all_formats() -> None:
    lines = (next(each.line for each in haproxy_http.EXAMPLES if each.failed and each.upstream),)
    plans = haproxy_http.FORMAT.plans(lines)
    reading = Reading(formats=((nginx_combined.FORMAT, nginx_combined.PLANS), (haproxy_http.FORMAT, plans)))
    assert reading.name(0) == "nginx-combined"
    assert {reading.name(number) for number in range(1, 1 + len(plans))} == {"haproxy-http"}
    failed = next(each for each in haproxy_http.EXAMPLES if each.failed and each.upstream)
    number, line = next(
        (n, found) for n, plan in enumerate(reading.plans) if (found := read(plan, failed.line)) is not None
    )
    signs = Signs(status=line.status, words=line.words, upstream=True)
    assert reading.judge(number, signs) == haproxy_http.FORMAT.judge(signs)
    assert reading.judge(0, Signs(status=502)) == nginx_combined.FORMAT.judge(Signs(status=502))
    with pytest.raises(IndexError):
        reading.judge(1 + len(plans), signs)


def test_more_plans_than_the_kernel_takes_are_left_out() -> None:
    reading = Reading(formats=((nginx_combined.FORMAT, nginx_combined.PLANS * 100),))
    assert len(reading.plans) == MOST_PLANS
