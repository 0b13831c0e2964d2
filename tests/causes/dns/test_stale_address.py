"""dns.stale-address: the name stands for other addresses now than the one that is tried."""

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, Irrelevant, blind, said, server, servers
from tests.evidence import case, endpoint, socket_path
from why502.causes.dns.stale_address import stale_address
from why502.observations.failure import FailureId

OLD, NEW = endpoint("192.0.2.1"), endpoint("192.0.2.2")
TRIED = case(FailureId.CONNECT_REFUSED, OLD)


def test_the_name_has_moved() -> None:
    assert said(stale_address, TRIED, servers(server("app:8000", NEW))) is SPECIFIC


def test_it_spares_a_name_that_still_has_the_address_and_an_address_written_by_hand() -> None:
    assert said(stale_address, TRIED, servers(server("app:8000", OLD, NEW))) is Excluded
    assert said(stale_address, TRIED, servers(server("192.0.2.2:8000", NEW))) is Irrelevant
    assert said(stale_address, case(FailureId.CONNECT_REFUSED, socket_path())) is Irrelevant


def test_a_name_that_cannot_be_resolved_now_tells_nothing() -> None:
    assert said(stale_address, TRIED, servers(server("app:8000"))) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(stale_address)
