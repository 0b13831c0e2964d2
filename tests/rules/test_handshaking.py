"""The handshake with the upstream: names, versions, and what decides by the message alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.causes.grades import server, servers, tls_route
from tests.causes.tls.chains import certificate
from tests.evidence import Known, case, handshake, route, settings, socket_path
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake
from why502.observations.verdict import Excluded, Irrelevant, Suspected
from why502.rules.handshaking import (
    any_version_want,
    by_tls_message,
    failed,
    fits,
    lone,
    name_expected,
    shaken,
    with_name_want,
)

THIS = "tls.name-mismatch"


@pytest.mark.parametrize(
    ("pattern", "name", "covers"),
    [
        ("a.example.com", "A.example.com.", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "b.a.example.com", False),
        ("*.com", "example.com", False),
        ("a*.example.com", "ab.example.com", False),
    ],
)
def test_a_certificates_name_covers_a_host(pattern: str, name: str, covers: bool) -> None:
    assert fits(pattern, name) is covers


@given(st.text(max_size=30), st.text(max_size=30))
def test_arbitrary_names_do_no_harm(pattern: str, name: str) -> None:
    assert fits(pattern, name) in {True, False}


def test_the_message_or_the_shape_decides() -> None:
    named = case(FailureId.TLS_FAILED, detail=(("named", THIS),))
    assert isinstance(by_tls_message(named, Known(), THIS, ""), Suspected)
    assert isinstance(by_tls_message(named, Known(), "tls.version-mismatch", ""), Excluded)
    plain = case(FailureId.TLS_FAILED)
    assert isinstance(by_tls_message(plain, Known(route()), THIS, ""), Irrelevant)
    assert isinstance(by_tls_message(case(FailureId.TLS_FAILED, socket_path()), Known(), THIS, ""), Irrelevant)
    assert isinstance(by_tls_message(case(FailureId.CLOSED_BEFORE_RESPONSE), Known(), THIS, ""), Suspected)
    assert by_tls_message(plain, Known(tls_route()), THIS, "") is None


def test_the_name_that_the_upstream_is_likely_to_have() -> None:
    assert name_expected(case(), tls_route(server_name="a.example")) == "a.example"
    assert name_expected(case(), tls_route(host="b.example:443")) == "b.example"
    by_server = servers(server("c.example:443"), settings=settings(host="app_servers"))
    assert name_expected(case(), by_server) == "c.example"
    assert name_expected(case(), tls_route(host="192.0.2.1")) is None


def test_our_handshakes_are_made_as_wanted() -> None:
    old = tls_route(tls_newest="TLSv1.2", server_name="a.example")
    assert shaken(case(), Known(old, handshake())) == handshake()
    assert shaken(case(), Known(route(), handshake())) is None
    named, newest = with_name_want(case(), "b.example").how, any_version_want(case(), old).how
    assert named is not None
    assert newest is not None
    assert named.tls is not None
    assert newest.tls is not None
    assert (named.tls.server_name, newest.tls.server_name, newest.tls.newest) == ("b.example", "a.example", None)


@pytest.mark.parametrize(
    ("ended", "bad"), [(Handshake.ALERT, True), (Handshake.DONE, False), (Handshake.NOT_TLS, False)]
)
def test_a_handshake_that_came_to_nothing(ended: Handshake, bad: bool) -> None:
    assert failed(handshake(ended)) is bad


def test_a_lone_certificate_that_tells_of_no_issuer_to_be_fetched() -> None:
    assert lone(handshake(chain=(certificate("a"),)))
    assert not lone(handshake(chain=(certificate("a", issuer_at="http://ca.example/ca.der"),)))
    assert not lone(handshake(chain=(certificate("a"), certificate("b"))))
    assert not lone(handshake())
