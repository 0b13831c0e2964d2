"""overload.ephemeral-ports: EADDRNOTAVAIL names it, unless the host has no address of that family."""

from tests.causes.grades import NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, told
from tests.evidence import case, connection, connections, endpoint, net, own, socket_path
from why502.causes.overload.ephemeral_ports import ephemeral_ports
from why502.observations.failure import FailureId

NO_ADDRESS = {"errno": "99", "named": "overload.ephemeral-ports"}


def test_the_message_names_it() -> None:
    assert said(ephemeral_ports, told(FailureId.CONNECT_EXHAUSTED, **NO_ADDRESS)) is NAMED


def test_many_connections_show_it() -> None:
    rows = (connection(1, 1),) * 20_001
    assert said(ephemeral_ports, case(FailureId.CONNECT_EXHAUSTED), connections(*rows)) is SPECIFIC


def test_it_spares_a_host_without_that_family() -> None:
    six = told(FailureId.CONNECT_EXHAUSTED, about=endpoint("2001:db8::1"), **NO_ADDRESS)
    assert said(ephemeral_ports, six, own("127.0.0.1", "192.0.2.7")) is Excluded
    assert said(ephemeral_ports, six, own("127.0.0.1", "::1")) is NAMED
    assert net() == own().about


def test_it_spares_unix_sockets_and_other_messages() -> None:
    assert said(ephemeral_ports, case(FailureId.CONNECT_EXHAUSTED, socket_path())) is Irrelevant
    assert said(ephemeral_ports, told(FailureId.CONNECT_EXHAUSTED, named="overload.file-descriptors")) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(ephemeral_ports)
