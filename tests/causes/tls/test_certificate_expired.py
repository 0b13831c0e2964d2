"""tls.certificate-expired: the message names it, the dates show it; who does not check never minds."""

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, Irrelevant, Proven, blind, said, tls_route, told
from tests.causes.tls.chains import certificate
from tests.evidence import case, handshake, route
from why502.causes.tls.certificate_expired import certificate_expired
from why502.observations.failure import FailureId

FAILED = case(FailureId.TLS_FAILED)
CHECKS = tls_route(tls_verify=True)


def test_the_message_names_it_and_no_other() -> None:
    assert said(certificate_expired, told(FailureId.TLS_FAILED, named="tls.certificate-expired")) is NAMED
    assert said(certificate_expired, told(FailureId.TLS_FAILED, named="tls.name-mismatch")) is Excluded


def test_the_dates_decide() -> None:
    ended, good = handshake(chain=(certificate("a", days=-1),)), handshake(chain=(certificate("a"),))
    assert said(certificate_expired, FAILED, CHECKS, ended) is SPECIFIC
    assert said(certificate_expired, FAILED, CHECKS, good) is Excluded
    assert said(certificate_expired, FAILED, CHECKS) is COMPATIBLE


def test_message_and_dates_prove_it() -> None:
    named = told(FailureId.TLS_FAILED, named="tls.certificate-expired")
    ended, good = handshake(chain=(certificate("a", days=-1),)), handshake(chain=(certificate("a"),))
    assert said(certificate_expired, named, CHECKS, ended) is Proven
    assert said(certificate_expired, named, CHECKS, good) is NAMED
    assert said(certificate_expired, named, CHECKS) is NAMED
    assert said(certificate_expired, named, tls_route(), ended) is NAMED


def test_it_spares_a_gateway_that_does_not_check() -> None:
    assert said(certificate_expired, FAILED, tls_route()) is Irrelevant
    assert said(certificate_expired, FAILED, route()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(certificate_expired)
