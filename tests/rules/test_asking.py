from tests.evidence import BEFORE, NGINX, Known, case, gateway, logged, net, route, seen, table
from why502.observations.failure import Hop
from why502.observations.sockets import SocketTable
from why502.observations.subjects import Endpoint
from why502.observations.want import Want
from why502.rules.asking import every, gateway_of, one, route_of

WANT = Want(kind=SocketTable, about=net())


def test_what_holds_is_returned() -> None:
    assert one(Known(table()), WANT) == table()
    assert every(Known(table()), WANT) == (table(),)


def test_none_is_told_from_not_seen() -> None:
    assert every(Known().none(SocketTable, net()), WANT) == ()
    assert one(Known().none(SocketTable, net()), WANT) is None
    assert every(Known(), WANT) is None
    assert every(Known().gap(SocketTable, net()), WANT) is None


def test_what_is_stale_is_not_returned() -> None:
    assert one(Known(table(seen=seen(BEFORE))), WANT) is None


def test_route_and_gateway_are_those_of_the_hop() -> None:
    known = Known(route(), gateway(), logged(1))
    assert route_of(case(), known) == route()
    assert gateway_of(case(), known) == gateway()


def test_a_gateway_that_is_but_an_address_has_neither() -> None:
    far = case(hop=Hop(gateway=Endpoint(place=NGINX.place, address="192.0.2.2", port=80)))
    known = Known(route(), gateway())
    assert route_of(far, known) is None
    assert gateway_of(far, known) is None
