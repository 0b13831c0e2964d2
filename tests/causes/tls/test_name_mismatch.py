"""tls.name-mismatch: the message names it, the certificate's names show it."""

import pytest

from tests.causes.grades import NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, tls_route, told
from tests.causes.tls.chains import certificate
from tests.evidence import case, handshake
from why502.causes.tls.name_mismatch import name_mismatch
from why502.observations.failure import FailureId

CHECKS = tls_route(tls_verify=True, server_name="api.example.com")


def test_the_message_names_it_and_no_other() -> None:
    assert said(name_mismatch, told(FailureId.TLS_FAILED, name="app", named="tls.name-mismatch")) is NAMED
    assert said(name_mismatch, told(FailureId.TLS_FAILED, named="tls.certificate-expired")) is Excluded


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("www.example.com", SPECIFIC), ("*.example.com", Excluded), ("API.example.com", Excluded), ("*.com", SPECIFIC)],
)
def test_the_certificates_names_decide(name: str, verdict: object) -> None:
    shown = handshake(chain=(certificate(name),))
    assert said(name_mismatch, case(FailureId.TLS_FAILED), CHECKS, shown) is verdict


def test_it_spares_a_gateway_that_does_not_check() -> None:
    assert said(name_mismatch, case(FailureId.TLS_FAILED), tls_route()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(name_mismatch)
