"""network.packet-loss: compatible with whatever goes over a link."""

from tests.causes.grades import COMPATIBLE, Irrelevant, blind, said
from tests.evidence import case, endpoint, own, socket_path
from why502.causes.network.packet_loss import packet_loss
from why502.observations.failure import FailureId

FAR = endpoint("198.51.100.1")


def test_it_needs_a_link() -> None:
    assert said(packet_loss, case(FailureId.CONNECT_TIMEOUT, FAR), own("127.0.0.1")) is COMPATIBLE
    assert said(packet_loss, case(FailureId.CONNECT_TIMEOUT, FAR), own(FAR.address)) is Irrelevant
    assert said(packet_loss, case(FailureId.RESPONSE_TIMEOUT, socket_path())) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(packet_loss)
