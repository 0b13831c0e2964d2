import asyncio

from tests.diagnosis.made import SITE, TARGET, Surveyed, surveyed
from tests.evidence import ELSEWHERE, HERE, NGINX, ROUTE, endpoint, gateway, host, listener, own, process, route, table
from why502.diagnosis.inside import enter, explore, gateway_behind, gateways_here, route_want
from why502.observations.fact import Fact
from why502.observations.gateway import GatewayProcess, Relay, RouteTaken
from why502.observations.want import As, TlsAs, Want

HELD = table(listener("0.0.0.0", 80, pids=(10, 11)))
ASKED = As(host="shop.example.com", path="/a")


def behind(*facts: Fact, privileged: bool = True, to: object = SITE) -> tuple[GatewayProcess, object, str] | None:
    survey = surveyed(*facts, place=HERE, privileged=privileged)
    return asyncio.run(gateway_behind(survey, to))  # type: ignore[arg-type]


def test_the_gateway_whose_socket_takes_the_address() -> None:
    found = behind(gateway(), HELD)
    assert found is not None
    assert (found[0], found[1], found[2]) == (gateway(), SITE, "its own address")
    lan = behind(gateway(), HELD, own("192.0.2.7"), to=endpoint("192.0.2.7", 80))
    assert lan is not None


def test_none_where_another_process_or_another_host_takes_it() -> None:
    assert behind(gateway(), table(listener("0.0.0.0", 80, pids=(99,)))) is None
    assert behind(gateway(), HELD, own("192.0.2.8"), to=endpoint("192.0.2.7", 80)) is None
    assert behind(HELD) is None


def test_loopback_of_another_namespace_is_not_ours() -> None:
    apart = gateway(place=ELSEWHERE)
    inner = table(listener("0.0.0.0", 80, pids=(10,)), place=ELSEWHERE)
    assert behind(apart, inner) is None


def test_a_relay_is_followed() -> None:
    apart = gateway(place=ELSEWHERE)
    to = endpoint("192.0.2.50", 8080, ELSEWHERE)
    inner = table(listener("0.0.0.0", 8080, pids=(10,)), place=ELSEWHERE)
    relay = Relay(about=SITE, seen=HELD.seen, kind="docker-proxy", process=process(77), to=to)
    found = behind(apart, relay, inner, own("192.0.2.50", place=ELSEWHERE))
    assert found is not None
    assert found[1] == to


def test_relays_that_lead_in_a_circle_end() -> None:
    circle = Relay(about=SITE, seen=HELD.seen, kind="socat", process=None, to=SITE)
    assert behind(gateway(), circle, table()) is None


def test_without_rights_the_only_gateway_is_assumed() -> None:
    unseen = table(listener("0.0.0.0", 80), owners=False)
    only = gateway(assumed=True)
    found = behind(only, unseen, privileged=False)
    assert found is not None
    assert found[0].assumed
    assert behind(only, unseen, privileged=True) is None
    assert behind(gateway(), unseen, privileged=False) is None, "only one that is marked as assumed"
    two = gateway(assumed=True, process=process(90))
    assert behind(only, two, unseen, privileged=False) is None


def test_all_gateways_of_the_host() -> None:
    assert asyncio.run(gateways_here(surveyed(gateway(), place=HERE))) == (gateway(),)
    assert asyncio.run(gateways_here(surveyed(place=HERE))) == ()


def test_the_route_is_asked_for_as_the_request_arrives() -> None:
    want = route_want(gateway(), TARGET, As(host="shop.example.com", path="/a", tls=TlsAs()), SITE)
    assert want.about == NGINX
    assert want.how is not None
    assert (want.how.arrives, want.how.path) == (("127.0.0.1", 80), "/a")
    assert want.how.tls == TlsAs(server_name="shop.example.com")
    plain = route_want(gateway(), TARGET, ASKED, SITE).how
    assert plain is not None
    assert plain.tls is None


def test_what_was_found_is_kept_where_judges_ask() -> None:
    known = Surveyed(gateway(), HELD, place=HERE)
    known.known.facts.append((NGINX, route()))
    found = asyncio.run(enter(known, TARGET, ASKED, gateway(), SITE, "by hand"))  # type: ignore[arg-type]
    assert found.route == route()
    assert known.kept == {
        Want(kind=GatewayProcess, about=NGINX): (gateway(),), Want(kind=RouteTaken, about=ROUTE): (route(),)
    }  # fmt: skip
    explored = asyncio.run(explore(known, TARGET, SITE, ASKED))  # type: ignore[arg-type]
    assert explored is not None
    assert explored.how == "its own address"
    nobody = Surveyed(place=HERE)
    assert asyncio.run(explore(nobody, TARGET, SITE, ASKED)) is None  # type: ignore[arg-type]
    assert host() == gateway().about
