"""gateway.server-in-maintenance: every server of the group is marked down."""

from tests.causes.grades import SPECIFIC, Excluded, blind, said, server, servers
from tests.evidence import case, endpoint, name
from why502.causes.gateway.server_in_maintenance import server_in_maintenance
from why502.observations.failure import FailureId

NOBODY = case(FailureId.NO_LIVE_UPSTREAM, name("app"))
DOWN, UP = server("a", endpoint(), down=True), server("b", endpoint(port=8001))


def test_the_marks_decide() -> None:
    assert said(server_in_maintenance, NOBODY, servers(DOWN)) is SPECIFIC
    assert said(server_in_maintenance, NOBODY, servers(DOWN, UP)) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(server_in_maintenance)
