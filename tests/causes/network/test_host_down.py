"""network.host-down: searched for in vain; a host that answers is not down."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, Irrelevant, blind, said, told
from tests.evidence import case, connect, endpoint, own
from why502.causes.network.host_down import host_down
from why502.observations.failure import FailureId
from why502.observations.probes import Met

FAR = endpoint("198.51.100.1")


@pytest.mark.parametrize(
    ("met", "seconds", "verdict"),
    [
        (Met.TIMED_OUT, 2.0, SPECIFIC),
        (Met.UNREACHABLE, 1.5, SPECIFIC),
        (Met.UNREACHABLE, 0.01, COMPATIBLE),
        (Met.REFUSED, 0.01, Excluded),
        (Met.CONNECTED, 0.01, Excluded),
    ],
)
def test_how_a_connect_ends(met: Met, seconds: float, verdict: object) -> None:
    no_way = told(FailureId.CONNECT_UNREACHABLE, about=FAR, errno="113")
    assert said(host_down, no_way, connect(met, about=FAR, seconds=seconds)) is verdict


def test_silence_alone_is_no_more_than_compatible() -> None:
    silent = connect(Met.TIMED_OUT, about=FAR, seconds=2.0)
    assert said(host_down, case(FailureId.CONNECT_TIMEOUT, FAR), silent) is COMPATIBLE


def test_it_spares_the_gateways_own_host() -> None:
    assert said(host_down, case(FailureId.CONNECT_TIMEOUT)) is Irrelevant
    assert said(host_down, case(FailureId.CONNECT_TIMEOUT, FAR), own(FAR.address)) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(host_down)
