"""Facts that do not speak for the window are known all the same."""

from tests.evidence import LATER, Known, net, seen, table
from why502.observations.sockets import SocketTable
from why502.observations.want import Want
from why502.rules.asking import one
from why502.rules.knowing import all_known, known

WANT = Want(kind=SocketTable, about=net())


def test_what_was_seen_later_is_known_and_proves_nothing() -> None:
    later = table(seen=seen(LATER))
    assert known(Known(later), WANT) == later
    assert one(Known(later), WANT) is None
    assert all_known(Known(later), WANT) == (later,)


def test_gaps_and_what_was_not_looked_at_are_not_known() -> None:
    assert known(Known(), WANT) is None
    assert all_known(Known().gap(SocketTable, net()), WANT) == ()
    assert known(Known().none(SocketTable, net()), WANT) is None
