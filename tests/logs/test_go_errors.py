"""What Go's errors say of an upstream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.go_errors import failure
from why502.observations.failure import FailureId


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"dial tcp 127.0.0.1:20000: connect: connection refused", FailureId.CONNECT_REFUSED),
        (b"dialing backend: dial tcp [::1]:20000: i/o timeout", FailureId.CONNECT_TIMEOUT),
        (b"dial tcp 10.0.0.9:80: connect: no route to host", FailureId.CONNECT_UNREACHABLE),
        (b"dial tcp 10.0.0.9:80: connect: network is unreachable", FailureId.CONNECT_UNREACHABLE),
        (b"dial unix /run/app.sock: connect: no such file or directory", FailureId.CONNECT_NO_SOCKET),
        (b"dial unix /run/app.sock: connect: permission denied", FailureId.CONNECT_DENIED),
        (b"dial tcp 10.0.0.9:80: socket: too many open files", FailureId.CONNECT_EXHAUSTED),
        (b"dial tcp: lookup nx.test on 127.0.0.53:53: no such host", FailureId.RESOLVE_FAILED),
        (b"dial tcp: lookup slow.test on 127.0.0.53:53: read udp 1->2: i/o timeout", FailureId.RESOLVE_FAILED),
        (b"tls: failed to verify certificate: x509: certificate signed by unknown authority", FailureId.TLS_FAILED),
        (b"remote error: tls: handshake failure", FailureId.TLS_FAILED),
        (b"EOF", FailureId.CLOSED_BEFORE_RESPONSE),
        (b"read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer", FailureId.RESET_BEFORE_RESPONSE),
        (b"read tcp 127.0.0.1:1->127.0.0.1:2: i/o timeout", FailureId.RESPONSE_TIMEOUT),
        (b"net/http: timeout awaiting response headers", FailureId.RESPONSE_TIMEOUT),
        (
            b'net/http: HTTP/1.x transport connection broken: malformed HTTP status code "IS"',
            FailureId.INVALID_RESPONSE,
        ),
        (b"net/http: server response headers exceeded 10485760 bytes; aborted", FailureId.HEADER_TOO_BIG),
        (b"no upstreams available", FailureId.NO_LIVE_UPSTREAM),
        (b"context canceled", None),
        (b"{id=x} fileserver.notFound: HTTP 404", None),
        (b"", None),
    ],
)
def test_texts(text: bytes, expected: FailureId | None) -> None:
    assert failure(text) is expected


@given(st.binary(max_size=200))
def test_any_bytes_can_be_asked_about(text: bytes) -> None:
    assert failure(b"dial tcp " + text) in (None, *FailureId)
