"""gateway.all-servers-ejected: a group whose servers may be ejected at all."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said, server, servers
from tests.evidence import case, endpoint, name
from why502.causes.gateway.all_servers_ejected import all_servers_ejected
from why502.observations.failure import FailureId
from why502.observations.gateway import Server

ONE, TWO = server("a", endpoint()), server("b", endpoint(port=8001))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ((ONE, TWO), SPECIFIC),
        ((server("app:80", endpoint(), endpoint("::1")),), SPECIFIC),
        ((ONE,), Excluded),
        ((server("a", endpoint(), down=True), server("b", endpoint(), down=True)), Excluded),
        ((ONE, server("b", endpoint(port=8001), max_fails=0)), COMPATIBLE),
    ],
)
def test_the_group_decides(found: tuple[Server, ...], verdict: object) -> None:
    assert said(all_servers_ejected, case(FailureId.NO_LIVE_UPSTREAM, name("app")), servers(*found)) is verdict


def test_it_is_blind_without_evidence() -> None:
    assert blind(all_servers_ejected)
