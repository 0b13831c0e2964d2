"""gateway.proxy-protocol-mismatch: the header where nobody expected it."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, Irrelevant, blind, said, told
from tests.evidence import app_server, case, message, response, route, seen
from why502.causes.gateway.proxy_protocol_mismatch import proxy_protocol_mismatch
from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.server import Says


@pytest.mark.parametrize(
    ("first", "verdict"),
    [
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", SPECIFIC),
        (b"\r\n\r\n\0\r\nQUIT\n", SPECIFIC),
        (b"hello", COMPATIBLE),
    ],
)
def test_what_the_upstream_begins_with(first: bytes, verdict: object) -> None:
    invalid = response(None, Reply.INVALID, first=first)
    assert said(proxy_protocol_mismatch, case(FailureId.INVALID_RESPONSE), route(), invalid) is verdict


def test_messages_name_it() -> None:
    line = message(Says.INVALID_REQUEST)
    complaint = replace(line, seen=seen(line.seen.at, raw="Invalid request from ip=1: Invalid PROXY TCP4 line"))
    assert said(proxy_protocol_mismatch, case(FailureId.CLOSED_BEFORE_RESPONSE), app_server(), complaint) is NAMED
    assert said(proxy_protocol_mismatch, told(FailureId.TLS_FAILED, named="tls.name-mismatch")) is Excluded


def test_it_spares_an_upstream_that_answers_in_the_end() -> None:
    assert said(proxy_protocol_mismatch, case(FailureId.RESPONSE_TIMEOUT), route(), response()) is Irrelevant


def test_it_is_blind_without_evidence() -> None:
    assert blind(proxy_protocol_mismatch)
