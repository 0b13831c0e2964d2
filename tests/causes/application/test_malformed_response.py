"""application.malformed-response: what neither the gateway nor a probe that judges like it can read."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import case, response, route
from why502.causes.application.malformed_response import malformed_response
from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.want import As, Protocols


@pytest.mark.parametrize(
    ("wrong", "first", "verdict"),
    [
        ('invalid header: "X Y: 1"', b"HTTP/1.1 200 OK\r\nX Y: 1", NAMED),
        ("no valid HTTP/1.0 header", b"hello", NAMED),
        ("no valid HTTP/1.0 header", b"SSH-2.0-OpenSSH", COMPATIBLE),
        ("no valid HTTP/1.0 header", b"\x15\x03\x01\0\x02\x02\x46", COMPATIBLE),
        ('duplicate header line: "Content-Length: 3"', b"HTTP/1.1 200 OK\r\n", Excluded),
    ],
)
def test_what_a_probe_reads(wrong: str, first: bytes, verdict: object) -> None:
    invalid = response(None, Reply.INVALID, wrong=wrong, first=first)
    assert said(malformed_response, case(FailureId.INVALID_RESPONSE), route(), invalid) is verdict


@pytest.mark.parametrize(("first", "verdict"), [(b"HTTP/1.1 400 Bad", COMPATIBLE), (b"\x01\x07\0\x01", NAMED)])
def test_http_in_answer_to_fastcgi_is_another_protocol(first: bytes, verdict: object) -> None:
    how = As(protocol=Protocols.FASTCGI, path="*")
    invalid = response(None, Reply.INVALID, wrong="unsupported FastCGI protocol version: 72", first=first, how=how)
    assert said(malformed_response, case(FailureId.INVALID_RESPONSE), route(), invalid) is verdict


def test_what_the_gateway_says() -> None:
    assert said(malformed_response, told(FailureId.INVALID_RESPONSE, text="X Y: 1")) is SPECIFIC
    assert said(malformed_response, told(FailureId.INVALID_RESPONSE, named="application.bad-length")) is Excluded
    assert said(malformed_response, case(FailureId.CLOSED_BEFORE_RESPONSE)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(malformed_response)
