"""What every probe shares."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, NOW, Paper
from why502.observations.fact import Like
from why502.observations.place import Place, Window
from why502.observations.probes import Met, TcpAttempt
from why502.observations.subjects import Endpoint, File, SocketPath
from why502.observations.want import As, Protocols, TlsAs, User, Want, Why
from why502.probes.attempt import (
    SHOWN,
    Clock,
    address_of,
    in_words,
    likeness,
    met,
    no_look,
    not_covered,
    seen,
    span,
    taken,
)
from why502.vantage.base import No, Refusal

TCP = Endpoint(place=HERE, address="127.0.0.1", port=80)
UNIX = SocketPath(place=HERE, path="/run/app.sock")
AT = Window.instant(NOW)


def test_only_addresses_are_connected_to() -> None:
    assert address_of(Want(kind=TcpAttempt, about=TCP)) == TCP
    assert address_of(Want(kind=TcpAttempt, about=UNIX)) == UNIX
    assert address_of(Want(kind=TcpAttempt, about=File(place=HERE, path="/x"))) is None


def test_a_place_out_of_sight_is_a_gap_that_rights_or_a_vantage_unlock() -> None:
    assert not_covered(Want(kind=TcpAttempt, about=TCP), Paper()) is None
    away = Endpoint(place=Place(host="another"), address="127.0.0.1", port=80)
    gap = not_covered(Want(kind=TcpAttempt, about=away), Paper())
    assert gap is not None
    assert (gap.why, gap.unlock) == (Why.NO_VANTAGE, "sudo why502")


def test_the_worlds_own_answer_is_no_gap() -> None:
    want = Want(kind=TcpAttempt, about=TCP)
    refused = Refusal(no=No.FAILED, at=AT, text="Connection refused", errno=111, met=Met.REFUSED)
    silent = Refusal(no=No.TIMED_OUT, at=AT)
    barred = Refusal(no=No.DENIED, at=AT, text="only root can connect as another user")
    assert (met(refused), met(silent), met(barred)) == (Met.REFUSED, Met.TIMED_OUT, None)
    assert no_look(want, refused, Paper()) is None
    gap = no_look(want, barred, Paper())
    assert gap is not None
    assert (gap.why, gap.unlock) == (Why.NO_PERMISSION, "sudo why502")
    assert str(TCP) in gap.says
    assert in_words(refused, Met.REFUSED) == "refused (111)"
    assert in_words(barred, Met.QUEUE_FULL) == "queue full"


def test_likeness_is_what_was_shared_and_no_more() -> None:
    how = As(
        protocol=Protocols.HTTP,
        tls=TlsAs(server_name="a"),
        user=User(uid=1, gid=1),
        source="127.0.0.2",
        host="a",
        headers=(("X", "1"),),
    )
    assert likeness(TCP, how, beyond_connect=True) == frozenset(Like)
    assert likeness(UNIX, how, beyond_connect=False) == {Like.NETWORK, Like.USER, Like.SOURCE}
    marker = As(protocol=Protocols.HTTP, headers=((":version", "1.0"),))
    assert likeness(TCP, marker, beyond_connect=True) == {Like.NETWORK, Like.PROTOCOL}
    unknown = Endpoint(place=Place(host="boot"), address="127.0.0.1", port=80)
    assert likeness(unknown, As(), beyond_connect=True) == frozenset()


@given(st.text(max_size=SHOWN * 2))
def test_what_is_shown_is_bounded(text: str) -> None:
    shown = seen("why502.probes.x", AT, "probe", text)
    assert len(shown.raw) <= SHOWN
    assert shown.by == "probes.x"
    assert shown.raw == text or shown.raw.endswith("…")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0002, "0.2 ms"), (0.0151, "15 ms"), (0.9999, "1000 ms"), (2.04, "2.0 s"), (0, "0.0 ms")]
)
def test_writes_durations_for_people(seconds: float, words: str) -> None:
    assert taken(seconds) == words


def test_a_clock_that_is_set_back_counts_as_standing() -> None:
    assert span(Window(start=NOW, end=NOW - timedelta(seconds=5))) == 0.0
    assert span(Window(start=NOW, end=NOW + timedelta(seconds=5))) == 5.0

    class Jumping(Paper):
        async def now(self) -> datetime:
            return next(times)

    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = iter([start + timedelta(seconds=3), start - timedelta(hours=1), start + timedelta(seconds=9)])

    async def count() -> list[float]:
        clock = Clock(Jumping(), start, 5.0)
        left = [await clock.left() for _ in range(3)]
        assert clock.window == Window(start=start, end=start + timedelta(seconds=9))
        return left

    assert asyncio.run(count()) == [2.0, 2.0, -4.0]
