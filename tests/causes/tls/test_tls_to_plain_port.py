import pytest

from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import case, handshake, response, route, settings, socket_path
from why502.causes.tls.tls_to_plain_port import tls_to_plain_port
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake, Met, Reply

FAILED = case(FailureId.TLS_FAILED)
TLS = route(settings=settings(tls=True), written="https://127.0.0.1:8000")
CLEAR = handshake(Handshake.NOT_TLS, version=None)


@pytest.mark.parametrize("status", [200, 302, 400, 404])
def test_proved_by_clear_text_on_both(status: int) -> None:
    facts = (TLS, CLEAR, response(status))
    proves(tls_to_plain_port, FAILED, *facts, by={"TlsAttempt", "ResponseAttempt", "RouteTaken"})


def test_proved_by_a_good_plain_answer_where_the_handshake_is_hung_up_on() -> None:
    proves(tls_to_plain_port, FAILED, TLS, handshake(Handshake.RESET), response(), by={"ResponseAttempt"})


@pytest.mark.parametrize("ended", [Handshake.DONE, Handshake.ALERT])
def test_an_answer_in_tls_contradicts_it(ended: Handshake) -> None:
    excludes(tls_to_plain_port, FAILED, TLS, handshake(ended), response(400))


@pytest.mark.parametrize("status", [400, 301, 308])
def test_a_tls_port_that_turns_plain_requests_away_is_spared(status: int) -> None:
    open_still(tls_to_plain_port, FAILED, TLS, handshake(Handshake.RESET), response(status))


def test_a_port_of_another_protocol_is_spared() -> None:
    open_still(tls_to_plain_port, FAILED, TLS, CLEAR, response(None, Reply.INVALID))
    open_still(tls_to_plain_port, FAILED, TLS, CLEAR, response(None, Reply.TIMED_OUT))
    open_still(tls_to_plain_port, FAILED, TLS, handshake(None, met=Met.REFUSED), response())


def test_a_newer_file_a_plain_route_and_a_path_are_spared() -> None:
    open_still(tls_to_plain_port, FAILED, route(loaded=False, settings=TLS.settings), CLEAR, response())
    open_still(tls_to_plain_port, FAILED, route(loaded=False), CLEAR, response())
    spares(tls_to_plain_port, FAILED, route(), CLEAR, response())
    spares(tls_to_plain_port, case(FailureId.TLS_FAILED, socket_path()), TLS, CLEAR, response())


def test_blind() -> None:
    is_blind(tls_to_plain_port, FAILED, TLS, CLEAR, response())
