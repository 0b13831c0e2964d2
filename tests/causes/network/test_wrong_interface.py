"""network.wrong-interface: the same port and family on another address of the same host."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, Irrelevant, blind, said
from tests.evidence import case, endpoint, listener, own, socket_path, table
from why502.causes.network.wrong_interface import wrong_interface
from why502.observations.failure import FailureId

OWN = own("127.0.0.1", "192.0.2.5")
THERE = case(FailureId.CONNECT_REFUSED, endpoint("192.0.2.5"))


@pytest.mark.parametrize(
    ("address", "port", "verdict"),
    [
        ("127.0.0.1", 8000, SPECIFIC),
        ("192.0.2.5", 8000, Excluded),
        ("0.0.0.0", 8000, Excluded),
        ("::1", 8000, Excluded),
        ("127.0.0.1", 8001, Excluded),
    ],
)
def test_the_listener_decides(address: str, port: int, verdict: object) -> None:
    assert said(wrong_interface, THERE, OWN, table(listener(address, port))) is verdict


def test_it_spares_another_host_and_unix_sockets() -> None:
    far = case(FailureId.CONNECT_REFUSED, endpoint("198.51.100.1"))
    assert said(wrong_interface, far, OWN, table(listener())) is COMPATIBLE
    assert said(wrong_interface, case(FailureId.CONNECT_REFUSED, socket_path())) is Irrelevant


def test_a_table_that_was_cut_excludes_nothing() -> None:
    assert said(wrong_interface, THERE, OWN, table(complete=False)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(wrong_interface)
