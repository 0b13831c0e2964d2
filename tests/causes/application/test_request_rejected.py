"""application.request-rejected: the server's own complaint, if it is not about a probe of ours."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, Excluded, blind, said, told
from tests.evidence import app_server, case, handshake, message, route, seen
from why502.causes.application.request_rejected import request_rejected
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake
from why502.observations.server import Says, ServerMessage

CLOSED = case(FailureId.CLOSED_BEFORE_RESPONSE)


def complaint(raw: str, at: float = 2.0) -> ServerMessage:
    line = message(Says.INVALID_REQUEST, at=at)
    return replace(line, seen=seen(line.seen.at, raw=raw))


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ("Invalid request from ip=127.0.0.1: Limit request headers fields size", NAMED),
        (r"Invalid request from ip=127.0.0.1: Invalid HTTP request line: '\x16\x03\x01'", COMPATIBLE),
        ("Connection disallowed: IP address '192.0.2.1' has been dropped", COMPATIBLE),
        ("invalid request block size: 21573 (max 4096)...skip", COMPATIBLE),
    ],
)
def test_the_server_complains(raw: str, verdict: object) -> None:
    assert said(request_rejected, CLOSED, app_server(), complaint(raw)) is verdict


def test_it_spares_the_complaint_of_our_own_handshake() -> None:
    live = told(FailureId.CLOSED_BEFORE_RESPONSE, live=True)
    once = (app_server(), route(), handshake(Handshake.NOT_TLS), complaint("Invalid HTTP request received.", 4.0))
    assert said(request_rejected, live, *once) is COMPATIBLE
    assert said(request_rejected, live, *once, complaint("Invalid HTTP request received.", 1.0)) is NAMED


def test_it_spares_what_the_message_names_otherwise() -> None:
    named = told(FailureId.INVALID_RESPONSE, named="application.bad-length")
    assert said(request_rejected, named) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(request_rejected)
