"""application.port-taken: the server's own message, unless it could listen after that."""

from tests.causes.grades import COMPATIBLE, NAMED, blind, said
from tests.evidence import below, case, endpoint, message, unit
from why502.causes.application.port_taken import port_taken
from why502.observations.server import Says

STOPPED = below(case(), "application.not-running", unit())


def test_its_own_message_names_it() -> None:
    assert said(port_taken, STOPPED, message(Says.ADDRESS_IN_USE, unit(), bind=endpoint())) is NAMED
    assert said(port_taken, STOPPED, message(Says.ADDRESS_IN_USE, unit())) is NAMED


def test_it_spares_one_that_listened_later_and_another_address() -> None:
    later = message(Says.LISTENING, unit(), at=3.0, bind=endpoint())
    assert said(port_taken, STOPPED, message(Says.ADDRESS_IN_USE, unit()), later) is COMPATIBLE
    other = message(Says.ADDRESS_IN_USE, unit(), bind=endpoint(port=9000))
    assert said(port_taken, STOPPED, other) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(port_taken)
