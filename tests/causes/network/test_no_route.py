"""network.no-route: the errno names it."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, Excluded, Irrelevant, blind, said, told
from tests.evidence import case, connect, endpoint
from why502.causes.network.no_route import no_route
from why502.observations.failure import FailureId
from why502.observations.probes import Met

FAR = endpoint("198.51.100.1")


@pytest.mark.parametrize(("errno", "verdict"), [("101", NAMED), ("22", NAMED), ("113", COMPATIBLE)])
def test_the_errno_tells(errno: str, verdict: object) -> None:
    assert said(no_route, told(FailureId.CONNECT_UNREACHABLE, about=FAR, errno=errno)) is verdict


def test_it_spares_a_host_that_answers_and_the_own_one() -> None:
    timeout = case(FailureId.CONNECT_TIMEOUT, FAR)
    assert said(no_route, timeout, connect(Met.CONNECTED, about=FAR)) is Excluded
    assert said(no_route, case(FailureId.CONNECT_TIMEOUT)) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(no_route)
