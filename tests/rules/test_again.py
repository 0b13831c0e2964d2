"""The request asked again, and what a ClientHello met."""

import pytest

from tests.causes.grades import tls_route
from tests.evidence import LATER, Known, case, handshake, request, response, route, seen, socket_path
from why502.observations.probes import Handshake
from why502.rules.again import again, asked_alike, speaks_tls, tls_probe


def test_an_attempt_counts_whatever_its_time() -> None:
    late = response(seen=seen(LATER))
    assert again(case(), Known(route(), late)) == late
    assert again(case(), Known(late)) is None


@pytest.mark.parametrize(("method", "alike"), [("GET", True), ("HEAD", True), ("POST", False)])
def test_only_safe_requests_are_repeated(method: str, alike: bool) -> None:
    assert asked_alike(case(request=request(method=method))) is alike
    assert not asked_alike(case(request=None))


def test_a_port_that_speaks_tls() -> None:
    assert speaks_tls(case(), Known(route(), handshake()))
    assert not speaks_tls(case(), Known(route(), handshake(Handshake.NOT_TLS)))
    assert tls_probe(case(), Known(tls_route(), handshake())) is None
    assert tls_probe(case(about=socket_path()), Known(route(), handshake())) is None
