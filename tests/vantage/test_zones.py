"""The local time of a place, by its `/etc/localtime`."""

import asyncio
import importlib.resources
import zoneinfo
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, Paper
from why502.vantage.base import No
from why502.vantage.local import Local
from why502.vantage.zones import LOCALTIME, MOST, zone_of

WINTER, SUMMER = datetime(2026, 1, 1, 12), datetime(2026, 7, 1, 12)


def data(name: str) -> bytes:
    """Return the table of a zone from this machine, or from the tzdata package."""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / name).is_file():
            return (Path(folder) / name).read_bytes()
    try:
        return (importlib.resources.files("tzdata.zoneinfo") / name).read_bytes()
    except ModuleNotFoundError:
        pytest.skip("no time zones are installed")


def zone(contents: bytes | No) -> tzinfo:
    return asyncio.run(zone_of(Paper(files={LOCALTIME: contents}), HERE))


def test_reads_summer_and_winter() -> None:
    found = zone(data("Europe/Berlin"))
    assert WINTER.replace(tzinfo=found).utcoffset() == timedelta(hours=1)
    assert SUMMER.replace(tzinfo=found).utcoffset() == timedelta(hours=2)


def test_a_file_that_was_cut_off_in_its_last_line_ends() -> None:
    whole = data("Europe/Berlin")
    for size in range(len(whole) - 40, len(whole)):
        assert isinstance(zone(whole[:size]), tzinfo)


@pytest.mark.parametrize("refusal", [No.MISSING, No.DENIED, No.TIMED_OUT])
def test_without_the_file_it_is_utc(refusal: No) -> None:
    assert zone(refusal) is UTC


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"TZif2" + tail))
def test_a_damaged_file_is_utc_or_some_zone(contents: bytes) -> None:
    assert isinstance(zone(contents), tzinfo)


@given(st.data())
def test_a_file_damaged_anywhere_does_no_harm(draw: st.DataObject) -> None:
    whole = bytearray(data("Europe/Berlin"))
    for _ in range(draw.draw(st.integers(1, 8))):
        whole[draw.draw(st.integers(0, len(whole) - 1))] = draw.draw(st.integers(0, 255))
    found = zone(bytes(whole[: draw.draw(st.integers(0, len(whole)))]))
    assert isinstance(found, tzinfo)


def test_this_host_agrees_with_the_c_library() -> None:
    found = asyncio.run(zone_of(Local(), Local().here()))
    for moment in (WINTER, SUMMER):
        if Path(LOCALTIME).exists():
            assert moment.replace(tzinfo=found).utcoffset() == moment.astimezone().utcoffset()


def test_no_more_is_read_than_a_table_can_be() -> None:
    assert max(len(data(name)) for name in ("Europe/Berlin", "America/New_York")) <= MOST
