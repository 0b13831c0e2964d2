"""firewall.source-blocked: the server says that it refuses this address."""

from dataclasses import replace

from tests.causes.grades import COMPATIBLE, NAMED, Irrelevant, blind, said
from tests.evidence import app_server, case, message, seen, socket_path
from why502.causes.firewall.source_blocked import source_blocked
from why502.observations.failure import FailureId
from why502.observations.server import Says

CLOSED = case(FailureId.CLOSED_BEFORE_RESPONSE)


def test_the_server_says_it() -> None:
    line = message(Says.INVALID_REQUEST)
    refused = replace(
        line, seen=seen(line.seen.at, raw="Connection disallowed: IP address '10.0.0.2' has been dropped")
    )
    assert said(source_blocked, CLOSED, app_server(), refused) is NAMED
    assert said(source_blocked, CLOSED, app_server(), line) is COMPATIBLE


def test_it_spares_unix_sockets() -> None:
    assert said(source_blocked, case(FailureId.CLOSED_BEFORE_RESPONSE, socket_path())) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(source_blocked)
