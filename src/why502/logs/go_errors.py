"""The texts of Go's net, crypto/tls, crypto/x509 and net/http, as Caddy and Traefik log them, and their failures.

Source: the Go standard library; seen with Caddy 2.6.2 and 2.11.7, Traefik 3.0.4 and 3.7.15 (`docs/causes.md`).
"""

from why502.observations.failure import FailureId

_STARTS = (
    (b"dial tcp: lookup ", FailureId.RESOLVE_FAILED),
    (b"lookup ", FailureId.RESOLVE_FAILED),
    (b"tls: ", FailureId.TLS_FAILED),
    (b"x509: ", FailureId.TLS_FAILED),
    (b"remote error: tls: ", FailureId.TLS_FAILED),
    (b"net/http: TLS handshake timeout", FailureId.TLS_FAILED),
    (b"EOF", FailureId.CLOSED_BEFORE_RESPONSE),
    (b"unexpected EOF", FailureId.CLOSED_BEFORE_RESPONSE),
    (b"http: server closed idle connection", FailureId.CLOSED_BEFORE_RESPONSE),
    (b"net/http: timeout awaiting response headers", FailureId.RESPONSE_TIMEOUT),
    (b"context deadline exceeded", FailureId.RESPONSE_TIMEOUT),
    (b"no upstreams available", FailureId.NO_LIVE_UPSTREAM),
    (b"malformed ", FailureId.INVALID_RESPONSE),
    (b"bad Content-Length", FailureId.INVALID_RESPONSE),
    (b"http: message cannot contain multiple Content-Length", FailureId.INVALID_RESPONSE),
    (b"unsupported transfer encoding", FailureId.INVALID_RESPONSE),
    (b"too many transfer encodings", FailureId.INVALID_RESPONSE),
    (b"net/http: server response headers exceeded", FailureId.HEADER_TOO_BIG),
    (b"http2: ", FailureId.INVALID_RESPONSE),
    (b"stream error: ", FailureId.RESET_BEFORE_RESPONSE),
    (b"backend tried to switch protocol", FailureId.INVALID_RESPONSE),
    (b"fcgi: invalid header version", FailureId.INVALID_RESPONSE),
    (b"strconv.Atoi: parsing", FailureId.INVALID_RESPONSE),
)
_DIAL_ENDS = (
    (b"connect: connection refused", FailureId.CONNECT_REFUSED),
    (b"i/o timeout", FailureId.CONNECT_TIMEOUT),
    (b"connect: connection timed out", FailureId.CONNECT_TIMEOUT),
    (b"connect: operation timed out", FailureId.CONNECT_TIMEOUT),
    (b"connect: no route to host", FailureId.CONNECT_UNREACHABLE),
    (b"connect: host is unreachable", FailureId.CONNECT_UNREACHABLE),
    (b"connect: network is unreachable", FailureId.CONNECT_UNREACHABLE),
    (b"connect: invalid argument", FailureId.CONNECT_UNREACHABLE),
    (b"connect: permission denied", FailureId.CONNECT_DENIED),
    (b"connect: operation not permitted", FailureId.CONNECT_DENIED),
    (b"connect: no such file or directory", FailureId.CONNECT_NO_SOCKET),
    (b"connect: cannot assign requested address", FailureId.CONNECT_EXHAUSTED),
    (b"connect: resource temporarily unavailable", FailureId.CONNECT_EXHAUSTED),
    (b"socket: too many open files", FailureId.CONNECT_EXHAUSTED),
    (b"connect: connection reset by peer", FailureId.RESET_BEFORE_RESPONSE),
    (b": no such host", FailureId.RESOLVE_FAILED),
    (b": server misbehaving", FailureId.RESOLVE_FAILED),
)
_TALK_ENDS = (
    (b": i/o timeout", FailureId.RESPONSE_TIMEOUT),
    (b"connection reset by peer", FailureId.RESET_BEFORE_RESPONSE),
    (b"broken pipe", FailureId.RESET_BEFORE_RESPONSE),
)
_WRAPPERS = (
    b"dialing backend: ",
    b"acquire connection: create conn: ",
    b"error when reading response headers: ",
    b"net/http: HTTP/1.x transport connection broken: ",
)


def failure(text: bytes) -> FailureId | None:
    """Tell what a Go error says of an upstream; `None`: nothing that is known (the client left, among others)."""
    for wrapper in _WRAPPERS:
        text = text.removeprefix(wrapper)
    for start, found in _STARTS:
        if text.startswith(start):
            return found
    if text.startswith(b"dial "):
        return next((found for end, found in _DIAL_ENDS if text.endswith(end)), None)
    if text.startswith((b"read tcp ", b"read unix ", b"write tcp ", b"write unix ")):
        return next((found for end, found in _TALK_ENDS if text.endswith(end)), None)
    return None
