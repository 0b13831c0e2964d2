"""gateway.upstream-missing: a group without any address, or a bare name that nobody knows."""

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, Irrelevant, blind, said, server, servers, told
from tests.evidence import case, endpoint, name
from why502.causes.gateway.upstream_missing import upstream_missing
from why502.observations.failure import FailureId

NOBODY = case(FailureId.NO_LIVE_UPSTREAM, name("app"))
UNKNOWN = "dns.name-not-found"


def test_a_group_without_any_address() -> None:
    assert said(upstream_missing, NOBODY, servers(server("app:80"))) is SPECIFIC
    assert said(upstream_missing, NOBODY, servers(server("a", endpoint()))) is Excluded


def test_a_bare_name_that_nobody_knows() -> None:
    assert said(upstream_missing, told(FailureId.RESOLVE_FAILED, name="app", named=UNKNOWN)) is SPECIFIC
    assert said(upstream_missing, told(FailureId.RESOLVE_FAILED, name="app.example.com", named=UNKNOWN)) is COMPATIBLE


def test_it_spares_an_address_that_was_tried() -> None:
    assert said(upstream_missing, case(FailureId.CONNECT_REFUSED)) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(upstream_missing)
