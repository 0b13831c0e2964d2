import pytest

from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import case, handshake, response, route, settings, socket_path
from why502.causes.tls.plain_to_tls_port import plain_to_tls_port
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake, Met, Reply

CLOSED = case(FailureId.CLOSED_BEFORE_RESPONSE)
FAILS = response(None, Reply.CLOSED)


@pytest.mark.parametrize("reply", [Reply.CLOSED, Reply.RESET, Reply.INVALID])
def test_proved_by_a_handshake_where_the_plain_request_fails(reply: Reply) -> None:
    facts = (route(), handshake(), response(None, reply))
    proves(plain_to_tls_port, CLOSED, *facts, by={"TlsAttempt", "ResponseAttempt", "RouteTaken"})


def test_an_alert_speaks_tls_too() -> None:
    """A server that wants a server name or a client certificate does not complete ours."""
    proves(plain_to_tls_port, CLOSED, route(), handshake(Handshake.ALERT, version=None), FAILS, by={"TlsAttempt"})
    proves(plain_to_tls_port, CLOSED, route(), handshake(), response(400), by={"TlsAttempt"})


def test_clear_text_in_answer_to_a_handshake_contradicts_it() -> None:
    excludes(plain_to_tls_port, CLOSED, route(), handshake(Handshake.NOT_TLS), FAILS)


def test_a_plain_answer_contradicts_it() -> None:
    excludes(plain_to_tls_port, CLOSED, route(), handshake(), response())


@pytest.mark.parametrize("ended", [Handshake.CLOSED, Handshake.RESET, Handshake.TIMED_OUT, None])
def test_an_application_that_hangs_up_on_everything_is_spared(ended: Handshake | None) -> None:
    met = Met.CONNECTED if ended else Met.REFUSED
    open_still(plain_to_tls_port, CLOSED, route(), handshake(ended, met=met), FAILS)


def test_no_answer_is_spared() -> None:
    open_still(plain_to_tls_port, CLOSED, route(), handshake(), response(None, Reply.TIMED_OUT))
    open_still(plain_to_tls_port, CLOSED, route(), handshake(), response(None, None, met=Met.REFUSED))


def test_a_newer_file_a_tls_route_and_a_path_are_spared() -> None:
    open_still(plain_to_tls_port, CLOSED, route(loaded=False), handshake(), FAILS)
    open_still(plain_to_tls_port, CLOSED, route(loaded=False, settings=settings(tls=True)), handshake(), FAILS)
    spares(plain_to_tls_port, CLOSED, route(settings=settings(tls=True)), handshake(), FAILS)
    spares(plain_to_tls_port, case(FailureId.CLOSED_BEFORE_RESPONSE, socket_path()), route(), handshake(), FAILS)


def test_blind() -> None:
    is_blind(plain_to_tls_port, CLOSED, route(), handshake(), FAILS)
