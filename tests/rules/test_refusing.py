"""What a server's complaint of a request means."""

from dataclasses import replace

import pytest

from tests.evidence import Known, app_server, case, handshake, message, route, seen
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake
from why502.observations.server import Says, ServerMessage
from why502.rules.refusing import Refused, complaints, refused_for


def complaint(raw: str, at: float = 2.0) -> ServerMessage:
    line = message(Says.INVALID_REQUEST, at=at)
    return replace(line, seen=seen(line.seen.at, raw=raw))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (r"Invalid request from ip=127.0.0.1: Invalid HTTP method: '\x16\x03\x01'", Refused.TLS),
        (r"Invalid request from ip=127.0.0.1: Invalid HTTP request line: '\x16\x03\x01'", Refused.TLS),
        ("WARNING: Connection disallowed: IP address '192.0.2.1' has been dropped.", Refused.SOURCE),
        ("invalid request block size: 21573 (max 4096)...skip", Refused.PROTOCOL),
        ("invalid request block size: 5000 (max 4096)...skip", Refused.REQUEST),
        ("Invalid request from ip=1: Invalid HTTP request line: 'PROXY TCP4 1 2'", Refused.PROXY_PROTOCOL),
        ("Invalid HTTP request received.", Refused.REQUEST),
    ],
)
def test_the_words_tell(raw: str, why: Refused) -> None:
    assert refused_for(complaint(raw)) is why


def test_the_complaint_of_our_own_handshake_does_not_count() -> None:
    live = case(FailureId.CLOSED_BEFORE_RESPONSE, live=True)
    first, last = complaint("Invalid HTTP request received.", 1), complaint("Invalid HTTP request received.", 4)
    probed = Known(app_server(), route(), handshake(Handshake.NOT_TLS), first, last)
    assert complaints(live, probed, Refused.REQUEST) == (first,)
    assert complaints(case(FailureId.CLOSED_BEFORE_RESPONSE), probed, Refused.REQUEST) == (first, last)
    quoted = complaint(r"Invalid HTTP method: '\x16\x03'", 4)
    told = Known(app_server(), route(), handshake(Handshake.NOT_TLS), first, quoted)
    assert complaints(live, told, Refused.REQUEST) == (first,)
