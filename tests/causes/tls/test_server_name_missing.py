"""tls.server-name-missing: a handshake that works with the name and not without it."""

from dataclasses import replace

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, tls_route, told
from tests.causes.tls.chains import certificate
from tests.evidence import case, handshake
from why502.causes.tls.server_name_missing import server_name_missing
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake, TlsAttempt
from why502.observations.want import As, TlsAs

FAILED = case(FailureId.TLS_FAILED)
SENDS_NONE = tls_route(host="shop.example.com")


def shaken(ended: Handshake, name: str | None, shows: str = "other.example.com") -> TlsAttempt:
    how = As(tls=TlsAs(server_name=name), limit=2.0)
    return handshake(ended, how=how, chain=(certificate(shows),) if ended is Handshake.DONE else ())


def test_the_alert_names_it() -> None:
    assert said(server_name_missing, told(FailureId.TLS_FAILED, alert="112", named="tls.server-name-missing")) is NAMED


def test_it_works_with_the_name_only() -> None:
    named = shaken(Handshake.DONE, "shop.example.com", "shop.example.com")
    assert said(server_name_missing, FAILED, SENDS_NONE, shaken(Handshake.ALERT, None), named) is SPECIFIC
    mismatch = told(FailureId.TLS_FAILED, named="tls.name-mismatch")
    assert said(server_name_missing, mismatch, SENDS_NONE, shaken(Handshake.DONE, None), named) is SPECIFIC


def test_it_spares_what_fails_with_the_name_too_and_other_messages() -> None:
    refused = shaken(Handshake.ALERT, "shop.example.com")
    assert said(server_name_missing, FAILED, SENDS_NONE, shaken(Handshake.ALERT, None), refused) is COMPATIBLE
    assert said(server_name_missing, told(FailureId.TLS_FAILED, named="tls.certificate-expired")) is Excluded
    sends = replace(SENDS_NONE, settings=replace(SENDS_NONE.settings, server_name="shop.example.com"))
    assert said(server_name_missing, FAILED, sends, refused) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(server_name_missing)
