"""gateway.wrong-host-header: answered for the client's Host, hung up on for the one that is sent."""

from dataclasses import replace

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said
from tests.evidence import Known, case, response, route, settings
from why502.causes.gateway.wrong_host_header import wrong_host_header
from why502.observations.failure import FailureId
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.want import As
from why502.rules.probing import asked

CLOSED = case(FailureId.CLOSED_BEFORE_RESPONSE)
SENDS_GROUP = route(settings=settings(host="app_servers"))


def attempts(reply: Reply) -> tuple[ResponseAttempt, ResponseAttempt]:
    """The gateway's own request hung up on, and the client's Host."""
    want = asked(CLOSED, Known(SENDS_GROUP))
    assert want is not None
    how = want.how or As()
    return response(None, Reply.CLOSED, how=how), response(None, reply, how=replace(how, host="shop.example.com"))


def test_the_clients_host_decides() -> None:
    assert said(wrong_host_header, CLOSED, SENDS_GROUP, *attempts(Reply.ANSWERED)) is SPECIFIC
    assert said(wrong_host_header, CLOSED, SENDS_GROUP, *attempts(Reply.CLOSED)) is Excluded
    assert said(wrong_host_header, CLOSED, SENDS_GROUP, attempts(Reply.CLOSED)[0]) is COMPATIBLE


def test_it_spares_a_gateway_that_sends_the_clients_host() -> None:
    assert said(wrong_host_header, CLOSED, route(), response(None, Reply.CLOSED)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(wrong_host_header)
