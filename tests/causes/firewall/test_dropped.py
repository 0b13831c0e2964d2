"""firewall.dropped: silence where the own kernel would have to answer."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Irrelevant, blind, said
from tests.evidence import case, connect, endpoint, listener, own, socket_path, table
from why502.causes.firewall.dropped import dropped
from why502.observations.failure import FailureId
from why502.observations.probes import Met
from why502.observations.sockets import Listener

TIMEOUT = case(FailureId.CONNECT_TIMEOUT)


@pytest.mark.parametrize(
    ("listeners", "met", "verdict"),
    [
        ((listener(queue=0, backlog=128),), Met.TIMED_OUT, SPECIFIC),
        ((), Met.TIMED_OUT, SPECIFIC),
        ((listener(queue=0, backlog=0),), Met.TIMED_OUT, SPECIFIC),
        ((listener(queue=129, backlog=128),), Met.TIMED_OUT, COMPATIBLE),
        ((listener(queue=128, backlog=128),), Met.TIMED_OUT, COMPATIBLE),
        ((listener(queue=1, backlog=0),), Met.TIMED_OUT, COMPATIBLE),
        ((listener(),), Met.TIMED_OUT, COMPATIBLE),
        ((listener(queue=0, backlog=128),), Met.CONNECTED, COMPATIBLE),
    ],
)
def test_on_the_own_host(listeners: tuple[Listener, ...], met: Met, verdict: object) -> None:
    assert said(dropped, TIMEOUT, table(*listeners), connect(met)) is verdict


def test_another_host_is_only_compatible() -> None:
    far = endpoint("198.51.100.1")
    silent = connect(Met.TIMED_OUT, about=far)
    assert said(dropped, case(FailureId.CONNECT_TIMEOUT, far), own("127.0.0.1"), silent) is COMPATIBLE


def test_it_spares_unix_sockets_and_connections_within_the_host() -> None:
    assert said(dropped, case(FailureId.RESPONSE_TIMEOUT, socket_path())) is Irrelevant
    assert said(dropped, case(FailureId.RESPONSE_TIMEOUT)) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(dropped)
