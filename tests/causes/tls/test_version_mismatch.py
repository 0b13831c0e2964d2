"""tls.version-mismatch: the alert names it; a newer version that works shows it."""

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, tls_route, told
from tests.causes.tls.chains import certificate
from tests.evidence import case, handshake, route
from why502.causes.tls.version_mismatch import version_mismatch
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake
from why502.observations.want import As, TlsAs

FAILED = case(FailureId.TLS_FAILED)
OLD = tls_route(tls_newest="TLSv1.2")
AS_OLD, AS_ANY = As(tls=TlsAs(newest="TLSv1.2"), limit=2.0), As(tls=TlsAs(), limit=2.0)


def test_the_alert_names_it_and_no_other() -> None:
    assert said(version_mismatch, told(FailureId.TLS_FAILED, alert="70", named="tls.version-mismatch")) is NAMED
    assert said(version_mismatch, told(FailureId.TLS_FAILED, named="tls.name-mismatch")) is Excluded


def test_a_newer_version_works() -> None:
    fails, works = handshake(Handshake.ALERT, how=AS_OLD), handshake(how=AS_ANY)
    assert said(version_mismatch, FAILED, OLD, fails, works) is SPECIFIC
    assert said(version_mismatch, FAILED, OLD, fails, handshake(Handshake.ALERT, how=AS_ANY)) is COMPATIBLE
    assert said(version_mismatch, FAILED, OLD, handshake(how=AS_OLD)) is Excluded


def test_a_handshake_that_fails_later_had_agreed_on_the_version() -> None:
    works = handshake(how=AS_ANY)
    asks = handshake(Handshake.ALERT, how=AS_OLD, wants_certificate=True)
    shows = handshake(Handshake.ALERT, how=AS_OLD, chain=(certificate("a"),))
    assert said(version_mismatch, told(FailureId.TLS_FAILED, alert="40"), OLD, asks, works) is Excluded
    assert said(version_mismatch, FAILED, OLD, shows, works) is Excluded


def test_the_alert_of_many_meanings() -> None:
    forty = told(FailureId.TLS_FAILED, alert="40")
    assert said(version_mismatch, forty, tls_route(server_name="a.example")) is SPECIFIC
    assert said(version_mismatch, forty, tls_route()) is COMPATIBLE


def test_it_spares_a_gateway_that_speaks_no_tls() -> None:
    assert said(version_mismatch, case(FailureId.CLOSED_BEFORE_RESPONSE), route()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(version_mismatch)
