import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagnosis.made import SITE, answer, surveyed
from tests.evidence import HERE, seen
from why502.diagnosis.options import Options
from why502.diagnosis.outcome import Target
from why502.diagnosis.reaching import Way, names_of, one_site, reached, redirected, request_for, spoke, ways
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


HTTPS = Way(scheme="https", endpoint=SITE)


def onward(location: str, way: Way = HTTPS, status: int = 302, **options: Any) -> tuple[Target, Options] | None:
    made = answer(status, headers=(("Location", location),))
    return redirected(SHOP, way, made, Options(**options))


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/login", "https://shop.example.com:None/login"),
        ("login?a=1#here", "https://shop.example.com:None/login?a=1"),
        ("//www.shop.example.com/x", "https://www.shop.example.com:None/x"),
        ("https://example.com/", "https://example.com:None/"),
        ("http://SHOP.example.com:8080/y", "http://shop.example.com:8080/y"),
    ],
)
def test_a_redirect_within_the_site_is_followed(location: str, leads_to: str) -> None:
    found = onward(location)
    assert found is not None
    target = found[0]
    assert f"{target.scheme}://{target.host}:{target.port}{target.path}" == leads_to
    assert target.written == SHOP.written


@pytest.mark.parametrize(
    "location",
    [
        "https://other.example.com/",
        "https://com/",
        "https://shop.example.com.evil.net/",
        "https://evilshop.example.com/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://shop.example.com/",
        "https://[::1/",
        "https://shop.example.com:99999/",
        "",
    ],
)
def test_a_redirect_elsewhere_is_not(location: str) -> None:
    assert onward(location) is None


def test_other_answers_lead_nowhere_and_nothing_is_followed_against_the_users_will() -> None:
    assert onward("/a", status=200) is None
    assert onward("/a", status=304) is None
    assert onward("/a", follow=False) is None
    assert redirected(SHOP, HTTPS, answer(302), Options()) is None


def test_an_unsafe_request_is_not_sent_on() -> None:
    assert onward("/a", status=307, method="POST", data=b"x") is None
    seen_other = onward("/a", status=303, method="POST", data=b"x")
    assert seen_other is not None
    assert (seen_other[1].method, seen_other[1].data) == ("GET", None)
    again = onward("/a", status=308, method="POST", data=b"x", repeat_unsafe=True)
    assert again is not None
    assert (again[1].method, again[1].data) == ("POST", b"x")


def test_the_users_headers_stay_with_the_host_they_were_for() -> None:
    headers = (("Authorization", "Bearer x"),)
    for location, kept in (("/a", headers), ("https://example.com/", ()), ("http://shop.example.com/", ())):
        found = onward(location, headers=headers)
        assert found is not None
        assert found[1].headers == kept


def test_where_to_connect_instead_holds_for_the_address_it_was_said_of() -> None:
    instead = ("192.0.2.7", 8443)
    same = onward("/b", connect_to=instead)
    other = onward("https://shop.example.com:444/", connect_to=instead)
    assert same is not None
    assert other is not None
    assert (same[1].connect_to, other[1].connect_to) == (instead, None)


@given(st.text(max_size=80))
def test_no_location_breaks_it_or_leads_out_of_the_site(location: str) -> None:
    found = onward(location)
    assert found is None or one_site("shop.example.com", found[0].host)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("example.com", "example.com", True),
        ("example.com", "www.example.com", True),
        ("a.b.example.com", "example.com.", True),
        ("com", "example.com", False),
        ("localhost", "a.localhost", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2.1", "192.0.2.1", False),
        ("a.example.com", "b.example.com", False),
    ],
)
def test_two_hosts_of_one_site(one: str, other: str, same: bool) -> None:
    assert one_site(one, other) is same
    assert one_site(other, one) is same
