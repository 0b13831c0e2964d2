"""Which product made an answer, and what that leaves possible."""

from datetime import UTC, datetime

from tests.vantages import HERE
from why502.gateways.nginx.recognise import possible as possible_of_nginx
from why502.gateways.recognition import possible, recognise, recognisers
from why502.observations.answer import Answer, Ending, Maker
from why502.observations.fact import EvidenceKind, Seen
from why502.observations.failure import FailureId, Request
from why502.observations.place import Window
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint

AT = Window.instant(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


def answer(server: str, status: int = 502, body: str = "") -> Answer:
    return Answer(
        about=Endpoint(place=HERE, address="192.0.2.1", port=80),
        seen=Seen(at=AT, by="test", kind=EvidenceKind.PAGE, source="", raw=""),
        number=1,
        request=Request(method="GET", url="http://shop.test/", host="shop.test", path="/"),
        ending=Ending.ANSWERED,
        met=Met.CONNECTED,
        status=status,
        reason="Bad Gateway",
        version="HTTP/1.1",
        headers=(("Server", server), ("Content-Type", "text/html")),
        body=body,
        seconds=0.01,
    )


def test_finds_every_products_recogniser() -> None:
    assert "nginx" in {each.product for each in recognisers()}
    assert len({each.home for each in recognisers()}) == len(recognisers())


def test_the_product_that_knows_it_speaks() -> None:
    page = (
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
        "<center><h1>502 Bad Gateway</h1></center>\r\n"
        "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
    )
    known = answer("nginx/1.22.1", body=page)
    origin = recognise(known)
    assert origin is not None
    assert (origin.product, origin.version, origin.maker) == ("nginx", "1.22.1", Maker.MADE)
    assert possible(known) == possible_of_nginx(502, 0.01)


def test_what_nobody_knows_leaves_nearly_everything_possible() -> None:
    strange = answer("teapot/1")
    assert recognise(strange) is None
    left = possible(strange)
    assert FailureId.UNKNOWN not in left
    assert {FailureId.CONNECT_REFUSED, FailureId.RESPONSE_TIMEOUT, FailureId.UPSTREAM_ANSWERED_ERROR} <= left
