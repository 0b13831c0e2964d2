import asyncio
from typing import Any

import pytest

from tests.diagnosis.made import answer, surveyed
from tests.evidence import HERE, seen
from why502.diagnosis.options import Options
from why502.diagnosis.reaching import names_of, reached, request_for, spoke, ways
from why502.diagnosis.target import parse_target
from why502.observations.answer import Ending
from why502.observations.probes import NameAnswer
from why502.observations.subjects import Name

SHOP = parse_target("https://shop.example.com/a")


def resolved(*addresses: str, server: str = "system") -> NameAnswer:
    about = Name(place=HERE, name="shop.example.com")
    return NameAnswer(about=about, seen=seen(), server=server, addresses=addresses, code="NOERROR", seconds=0.0)


def to(written: str, *names: NameAnswer, **options: Any) -> list[tuple[str, str, int]]:
    found = ways(surveyed(place=HERE), parse_target(written), Options(**options), names)
    return [(way.scheme, way.endpoint.address, way.endpoint.port) for way in found]


def test_the_systems_answer_is_asked_in_its_order() -> None:
    names = (resolved("192.0.2.9", server="192.0.2.53"), resolved("2001:db8::1", "192.0.2.1"))
    assert to("https://shop.example.com/", *names) == [("https", "2001:db8::1", 443), ("https", "192.0.2.1", 443)]
    assert len(to("https://shop.example.com/", resolved(*(f"192.0.2.{each}" for each in range(9))))) == 4


def test_without_a_scheme_the_likely_one_comes_first() -> None:
    assert [way[0] for way in to("192.0.2.1")] == ["https", "http"]
    assert to("192.0.2.1:8080") == [("http", "192.0.2.1", 8080), ("https", "192.0.2.1", 8080)]
    assert to("192.0.2.1:443")[0] == ("https", "192.0.2.1", 443)


def test_what_the_user_says_goes_before_the_resolver() -> None:
    assert to("http://shop.example.com/", resolve=(("shop.example.com", 80, "192.0.2.5"),)) == [
        ("http", "192.0.2.5", 80)
    ]
    assert to("http://shop.example.com/", connect_to=("192.0.2.6", 81)) == [("http", "192.0.2.6", 81)]
    assert to("http://shop.example.com/") == []


def test_the_request_bears_our_mark_and_the_users_headers() -> None:
    how = request_for(SHOP, Options(), "https", "abc")
    assert (how.method, how.path, how.host) == ("GET", "/a", "shop.example.com")
    assert ("User-Agent", "why502/1 (+abc)") in how.headers
    assert how.tls is not None
    assert how.tls.server_name == "shop.example.com"
    assert request_for(SHOP, Options(), "http", "abc").tls is None
    unmarked = request_for(SHOP, Options(mark=False), "https", "abc")
    assert not any("abc" in value for _, value in unmarked.headers)
    given = Options(headers=(("user-agent", "mine"), ("Host", "b.example.com"), ("X-A", "1")))
    own = request_for(SHOP, given, "https", "abc")
    assert own.host == "b.example.com"
    assert own.headers == (("Accept", "*/*"), ("user-agent", "mine"), ("X-A", "1"))
    assert request_for(parse_target("https://192.0.2.1/"), Options(), "https", "abc").tls.server_name is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("made", "got_through", "understood"),
    [
        (answer(502), True, True),
        (answer(None), True, True),
        (answer(None, ending=Ending.NO_CONNECTION), False, False),
        (answer(None, ending=Ending.NO_ADDRESS), False, False),
        (answer(None, ending=Ending.INVALID), True, False),
        (answer(None, ending=Ending.TLS_FAILED, error="not-tls: HTTP/1.1 400"), True, False),
        (answer(None, ending=Ending.TLS_FAILED, error="alert 40"), True, True),
        (answer(400, body="The plain HTTP request was sent to HTTPS port"), True, False),
        (answer(400), True, True),
    ],
)
def test_what_a_try_got_through_to(made: Any, got_through: bool, understood: bool) -> None:
    assert (reached(made), spoke(made)) == (got_through, understood)


def test_only_names_are_resolved() -> None:
    survey = surveyed(resolved("192.0.2.1"), place=HERE)
    assert asyncio.run(names_of(survey, SHOP, Options())) == (resolved("192.0.2.1"),)
    assert asyncio.run(names_of(survey, parse_target("http://192.0.2.1/"), Options())) == ()
