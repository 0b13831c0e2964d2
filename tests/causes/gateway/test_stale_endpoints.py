"""gateway.stale-endpoints: an address is tried that the configuration does not name."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Irrelevant, blind, said, server, servers
from tests.evidence import case, endpoint
from why502.causes.gateway.stale_endpoints import stale_endpoints
from why502.observations.failure import FailureId
from why502.observations.gateway import Server

OLD, NEW, MORE = endpoint("192.0.2.1"), endpoint("192.0.2.2"), endpoint("192.0.2.3")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ((server("192.0.2.2:8000", NEW), server("192.0.2.3:8000", MORE)), SPECIFIC),
        ((server("app:8000", NEW),), COMPATIBLE),
        ((server("192.0.2.1:8000", OLD), server("192.0.2.2:8000", NEW)), COMPATIBLE),
        ((server("192.0.2.1:8000", OLD),), Irrelevant),
    ],
)
def test_the_list_decides(found: tuple[Server, ...], verdict: object) -> None:
    assert said(stale_endpoints, case(FailureId.CONNECT_REFUSED, OLD), servers(*found)) is verdict


def test_it_is_blind_without_evidence() -> None:
    assert blind(stale_endpoints)


def test_one_address_that_is_not_loaded_is_no_list_that_lags_behind() -> None:
    one, two = server("192.0.2.2:8000", NEW), server("192.0.2.3:8000", MORE)
    gone = case(FailureId.CONNECT_REFUSED, OLD)
    assert said(stale_endpoints, gone, servers(one)) is SPECIFIC
    assert said(stale_endpoints, gone, replace(servers(one), loaded=False)) is COMPATIBLE
    assert said(stale_endpoints, gone, replace(servers(one, two), loaded=False)) is SPECIFIC
