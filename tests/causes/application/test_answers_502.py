"""application.answers-502: proven where each server of the route answers so itself."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Irrelevant, Proven, blind, said, server, servers, told
from tests.evidence import LATER, case, endpoint, gateway, response, route, seen
from why502.causes.application.answers_502 import answers_502
from why502.observations.failure import FailureId
from why502.observations.probes import Reply

CLIENTS_SIDE = endpoint("192.0.2.80", 80)
PASSED = case(FailureId.UPSTREAM_ANSWERED_ERROR, CLIENTS_SIDE)
TWO = servers(server("a", endpoint()), server("b", endpoint(port=8001)))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_the_only_server_answers_so_itself(status: int) -> None:
    assert said(answers_502, PASSED, route(), gateway(), response(status)) is Proven


def test_of_several_each_must() -> None:
    assert said(answers_502, PASSED, TWO, response(502)) is SPECIFIC
    assert said(answers_502, PASSED, TWO, response(502), response(503, about=endpoint(port=8001))) is Proven


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ((route(), response(200)), COMPATIBLE),
        ((route(), response(500)), COMPATIBLE),
        ((route(), response(None, Reply.CLOSED)), COMPATIBLE),
        ((route(), response(502, seen=seen(LATER))), COMPATIBLE),
        ((route(loaded=False), response(502)), SPECIFIC),
        ((route(), response(502, about=CLIENTS_SIDE)), COMPATIBLE),  # the gateway itself was asked
    ],
)
def test_every_hole_is_closed(facts: tuple[object, ...], verdict: object) -> None:
    assert said(answers_502, PASSED, *facts) is verdict  # type: ignore[arg-type]


def test_a_request_that_is_not_repeated_is_not_proven() -> None:
    post = told(FailureId.UPSTREAM_ANSWERED_ERROR, about=CLIENTS_SIDE, method="POST")
    assert said(answers_502, post, route(), response(502)) is SPECIFIC


def test_it_spares_failures_of_the_gateways_own() -> None:
    assert said(answers_502, case(FailureId.CLOSED_BEFORE_RESPONSE), route(), response(502)) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(answers_502)
