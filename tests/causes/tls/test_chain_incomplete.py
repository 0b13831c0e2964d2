"""tls.chain-incomplete: a lone certificate; a self-signed one lacks nothing."""

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, tls_route, told
from tests.causes.tls.chains import certificate
from tests.evidence import case, handshake
from why502.causes.tls.chain_incomplete import chain_incomplete
from why502.observations.failure import FailureId

EITHER = told(FailureId.TLS_FAILED, verify="20", named="tls.chain-incomplete,tls.untrusted-issuer")
CHECKS = tls_route(tls_verify=True)
LONE = handshake(
    chain=(certificate("a", issuer_at="http://ca.example/ca.der"),), error="unable to get local issuer certificate"
)


def test_the_message_and_the_chain_tell_it() -> None:
    assert said(chain_incomplete, EITHER) is NAMED
    assert said(chain_incomplete, EITHER, CHECKS, LONE) is NAMED
    assert said(chain_incomplete, EITHER, CHECKS, handshake(chain=(certificate("a"),))) is SPECIFIC
    assert said(chain_incomplete, case(FailureId.TLS_FAILED), CHECKS, LONE) is SPECIFIC


def test_it_spares_other_chains_and_other_messages() -> None:
    assert said(chain_incomplete, EITHER, CHECKS, handshake(chain=(certificate("a", self_signed=True),))) is Excluded
    both = handshake(chain=(certificate("a"), certificate("b")))
    assert said(chain_incomplete, EITHER, CHECKS, both) is COMPATIBLE
    assert said(chain_incomplete, told(FailureId.TLS_FAILED, named="tls.name-mismatch")) is Excluded
    assert said(chain_incomplete, case(FailureId.TLS_FAILED), tls_route()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(chain_incomplete)
