import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, Paper
from why502.host.timezone import parse_zone, zone

BERLIN = Path("/usr/share/zoneinfo/Europe/Berlin")


def test_a_zone_with_summer_time():
    if not BERLIN.exists():
        pytest.skip("the system has no zone files")
    found = asyncio.run(zone(Paper({"/etc/localtime": BERLIN.read_bytes()}), HERE))
    assert found.known
    assert datetime(2026, 7, 1, tzinfo=found.zone).utcoffset() == timedelta(hours=2)
    assert datetime(2026, 12, 1, tzinfo=found.zone).utcoffset() == timedelta(hours=1)


def test_none_means_utc():
    found = asyncio.run(zone(Paper(), HERE))
    assert (found.zone, found.known) == (UTC, False)


@given(st.one_of(st.binary(), st.binary().map(lambda data: b"TZif2" + data)))
def test_any_bytes(data):
    parse_zone(data)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damaged_zones(at, change):
    if BERLIN.exists():
        data = BERLIN.read_bytes()
        parse_zone(data[:at] + change + data[at + len(change) :])
        parse_zone(data[:at])
