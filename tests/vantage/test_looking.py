"""What makes a function a looker, and how a refusal becomes a gap."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.vantages import HERE, Hand, Paper
from why502.observations.fact import Fact
from why502.observations.place import Window
from why502.observations.probes import TcpAttempt, TlsAttempt
from why502.observations.subjects import Endpoint, Machine
from why502.observations.want import Cost, Gap, Want, Why
from why502.vantage.base import No, Refusal
from why502.vantage.looking import WHY, Around, looker, refused

WANT = Want(kind=TcpAttempt, about=Endpoint(place=HERE, address="127.0.0.1", port=80))
AT = Window.instant(datetime(2026, 11, 21, tzinfo=UTC))


@looker(TcpAttempt, TlsAttempt, cost=Cost.PACKET)
async def nothing_there(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """See nothing."""
    return () if isinstance(want.about, Machine) else await around.get(Want(kind=TlsAttempt, about=want.about))


def test_a_looker_is_known_by_its_file_and_function() -> None:
    assert nothing_there.yields == {TcpAttempt, TlsAttempt}
    assert nothing_there.cost is Cost.PACKET
    assert (nothing_there.home, nothing_there.name) == (__name__, "nothing_there")
    assert looker(TcpAttempt)(nothing_there.look).cost is Cost.READ


def test_its_id_leaves_the_program_out() -> None:
    from why502.host.sockets import sockets

    assert sockets.id == "host.sockets"


def test_it_looks_with_what_is_around_it() -> None:
    hand = Hand(Paper())
    assert asyncio.run(nothing_there.look(WANT, hand)) == ()
    assert list(hand.kept) == [Want(kind=TlsAttempt, about=WANT.about)]


@pytest.mark.parametrize("no", No)
def test_every_refusal_has_a_reason_and_only_rights_unlock(no: No) -> None:
    gap = refused(WANT, "/run/x", Refusal(no=no, at=AT), Paper())
    assert (gap.want, gap.why) == (WANT, WHY[no])
    assert gap.says == f"/run/x: {no.value}"
    assert bool(gap.unlock) == (gap.why in {Why.NO_PERMISSION, Why.NO_VANTAGE})
    assert refused(WANT, "/run/x", Refusal(no=no, at=AT, text="told so"), Paper()).says == "/run/x: told so"
