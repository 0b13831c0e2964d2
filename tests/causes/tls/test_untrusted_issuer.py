"""tls.untrusted-issuer: leads over the missing intermediate where the chain is whole or self-signed."""

from tests.causes.grades import NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, tls_route, told
from tests.causes.tls.chains import certificate
from tests.evidence import case, handshake
from why502.causes.tls.untrusted_issuer import untrusted_issuer
from why502.observations.failure import FailureId

EITHER = told(FailureId.TLS_FAILED, verify="20", named="tls.chain-incomplete,tls.untrusted-issuer")
CHECKS = tls_route(tls_verify=True)


def test_the_message_names_it_and_no_other() -> None:
    assert said(untrusted_issuer, told(FailureId.TLS_FAILED, named="tls.untrusted-issuer")) is NAMED
    assert said(untrusted_issuer, told(FailureId.TLS_FAILED, named="tls.certificate-expired")) is Excluded


def test_the_chain_decides_between_the_two() -> None:
    lone = handshake(chain=(certificate("a", issuer_at="http://ca.example/ca.der"),))
    assert said(untrusted_issuer, EITHER, CHECKS, lone) is SPECIFIC
    assert said(untrusted_issuer, EITHER, CHECKS, handshake(chain=(certificate("a"),))) is NAMED
    assert said(untrusted_issuer, EITHER, CHECKS, handshake(chain=(certificate("a", self_signed=True),))) is NAMED
    assert said(untrusted_issuer, EITHER, CHECKS, handshake(chain=(certificate("a"), certificate("b")))) is NAMED


def test_it_spares_a_gateway_that_does_not_check() -> None:
    assert said(untrusted_issuer, case(FailureId.TLS_FAILED), tls_route()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(untrusted_issuer)
