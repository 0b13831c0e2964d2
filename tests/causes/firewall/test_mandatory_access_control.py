"""firewall.mandatory-access-control: a denial that neither bits nor a packet filter explain."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said, told
from tests.evidence import gateway, inode, path_chain, socket_path
from why502.causes.firewall.mandatory_access_control import mandatory_access_control
from why502.observations.failure import FailureId


@pytest.mark.parametrize(("errno", "verdict"), [("13", SPECIFIC), ("1", COMPATIBLE)])
def test_an_address_is_denied(errno: str, verdict: object) -> None:
    assert said(mandatory_access_control, told(FailureId.CONNECT_DENIED, errno=errno)) is verdict


@pytest.mark.parametrize(("mode", "verdict"), [(0o777, SPECIFIC), (0o600, Excluded)])
def test_the_bits_of_a_socket_decide(mode: int, verdict: object) -> None:
    denied = told(FailureId.CONNECT_DENIED, about=socket_path(), errno="13")
    chain = path_chain(None, inode("/"), inode("/run"), inode("/run/app.sock", "socket", mode))
    assert said(mandatory_access_control, denied, chain, gateway()) is verdict


def test_it_is_blind_without_evidence() -> None:
    assert blind(mandatory_access_control)
