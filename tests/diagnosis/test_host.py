import asyncio

import pytest

from tests.diagnosis.made import surveyed
from tests.evidence import HERE, NGINX, SITE, gateway, seen
from why502.diagnosis.host import discover, target_of
from why502.observations.gateway import RouteListed
from why502.observations.want import Why


def listed(
    name: str = "shop.example.com", address: str = "0.0.0.0", location: str = "/", **more: object
) -> RouteListed:
    values: dict[str, object] = {"port": 80, "tls": False, "written": "http://127.0.0.1:8000", **more}
    return RouteListed(about=NGINX, seen=seen(), name=name, address=address, location=location, site=SITE, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "url", "to"),
    [
        (listed(), "http://shop.example.com/", ("127.0.0.1", 80)),
        (listed(tls=True, port=443), "https://shop.example.com/", ("127.0.0.1", 443)),
        (listed(port=8080, location="/api/"), "http://shop.example.com:8080/api/", ("127.0.0.1", 8080)),
        (listed(address="::"), "http://shop.example.com/", ("::1", 80)),
        (listed(address="192.0.2.7"), "http://shop.example.com/", ("192.0.2.7", 80)),
        (listed(name="", address="192.0.2.7"), "http://192.0.2.7/", ("192.0.2.7", 80)),
        (listed(name="~^www\\d+$"), "http://127.0.0.1/", ("127.0.0.1", 80)),
        (listed(name="*.example.com"), "http://127.0.0.1/", ("127.0.0.1", 80)),
        (listed(name=".example.com"), "http://example.com/", ("127.0.0.1", 80)),
        (listed(location="= /exact"), "http://shop.example.com/exact", ("127.0.0.1", 80)),
        (listed(location="^~ /files/"), "http://shop.example.com/files/", ("127.0.0.1", 80)),
        (listed(location="~ \\.php$"), "http://shop.example.com/", ("127.0.0.1", 80)),
    ],
)
def test_a_route_is_asked_as_a_client_would(made: RouteListed, url: str, to: tuple[str, int]) -> None:
    target, own = target_of(made)
    assert (target.written, own) == (url, to)


def test_every_gateway_is_found_with_its_routes_or_why_not() -> None:
    found = asyncio.run(discover(surveyed(gateway(), listed(), place=HERE)))
    assert [(each.gateway, each.routes, each.gap) for each in found] == [(gateway(), (listed(),), None)]
    survey = surveyed(gateway(), place=HERE)
    survey.known.gap(RouteListed, NGINX)  # type: ignore[attr-defined]
    (unread,) = asyncio.run(discover(survey))
    assert unread.routes == ()
    assert unread.gap is not None
    assert unread.gap.why is Why.NO_PERMISSION
    assert asyncio.run(discover(surveyed(place=HERE))) == ()
