"""overload.gateway-connections: only the gateway's own message tells it."""

from tests.causes.grades import COMPATIBLE, NAMED, Excluded, blind, said, told, verdict
from tests.evidence import case
from why502.causes.overload.gateway_connections import gateway_connections
from why502.observations.failure import FailureId
from why502.observations.verdict import Suspected


def test_the_message_names_it_with_the_limit() -> None:
    named = told(FailureId.CONNECT_EXHAUSTED, limit="512", named="overload.gateway-connections")
    found = verdict(gateway_connections, named)
    assert isinstance(found, Suspected)
    assert (found.grade, "512" in found.says) == (NAMED, True)


def test_it_spares_another_message() -> None:
    assert said(gateway_connections, told(FailureId.CONNECT_EXHAUSTED, named="overload.ephemeral-ports")) is Excluded
    assert said(gateway_connections, case(FailureId.GATEWAY_LIMIT)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(gateway_connections)
