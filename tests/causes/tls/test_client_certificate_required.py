"""tls.client-certificate-required: the upstream's alert names it."""

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, tls_route, told
from tests.evidence import case, handshake, route
from why502.causes.tls.client_certificate_required import client_certificate_required
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake

THIS = "tls.client-certificate-required"


def test_the_alert_names_it_and_no_other() -> None:
    assert said(client_certificate_required, told(FailureId.TLS_FAILED, alert="116", named=THIS)) is NAMED
    assert said(client_certificate_required, told(FailureId.TLS_FAILED, named="tls.name-mismatch")) is Excluded


def test_a_close_is_only_compatible_and_only_with_tls() -> None:
    closed = case(FailureId.CLOSED_BEFORE_RESPONSE)
    assert said(client_certificate_required, closed, tls_route()) is COMPATIBLE
    assert said(client_certificate_required, closed, route()) is Irrelevant


def test_a_handshake_that_fails_after_it_asked_singles_it_out() -> None:
    forty = told(FailureId.TLS_FAILED, alert="40")
    asks = handshake(Handshake.ALERT, wants_certificate=True)
    assert said(client_certificate_required, forty, tls_route(), asks) is SPECIFIC
    assert said(client_certificate_required, forty, tls_route(), handshake(Handshake.ALERT)) is COMPATIBLE
    likes = handshake(Handshake.DONE, wants_certificate=True)
    assert said(client_certificate_required, forty, tls_route(), likes) is COMPATIBLE, "it would only like to have one"


def test_it_is_blind_without_evidence() -> None:
    assert blind(client_certificate_required)
