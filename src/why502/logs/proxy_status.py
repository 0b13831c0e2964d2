"""The error words of the header `Proxy-Status`, which some proxies also write into their logs.

Source: RFC 9209, section 2.3 (proxy error types).
"""

from why502.observations.failure import FailureId

ERRORS: dict[bytes, FailureId | None] = {
    b"dns_timeout": FailureId.RESOLVE_FAILED,
    b"dns_error": FailureId.RESOLVE_FAILED,
    b"destination_not_found": FailureId.NO_LIVE_UPSTREAM,
    b"destination_unavailable": FailureId.NO_LIVE_UPSTREAM,
    b"destination_ip_prohibited": FailureId.CONNECT_DENIED,
    b"destination_ip_unroutable": FailureId.CONNECT_UNREACHABLE,
    b"connection_refused": FailureId.CONNECT_REFUSED,
    b"connection_terminated": FailureId.CLOSED_BEFORE_RESPONSE,
    b"connection_timeout": FailureId.CONNECT_TIMEOUT,
    b"connection_read_timeout": FailureId.RESPONSE_TIMEOUT,
    b"connection_write_timeout": FailureId.RESPONSE_TIMEOUT,
    b"connection_limit_reached": FailureId.GATEWAY_LIMIT,
    b"tls_protocol_error": FailureId.TLS_FAILED,
    b"tls_certificate_error": FailureId.TLS_FAILED,
    b"tls_alert_received": FailureId.TLS_FAILED,
    b"http_response_incomplete": FailureId.TRUNCATED_RESPONSE,
    b"http_response_header_section_size": FailureId.HEADER_TOO_BIG,
    b"http_response_header_size": FailureId.HEADER_TOO_BIG,
    b"http_response_body_size": FailureId.INVALID_RESPONSE,
    b"http_response_trailer_section_size": FailureId.INVALID_RESPONSE,
    b"http_response_trailer_size": FailureId.INVALID_RESPONSE,
    b"http_response_transfer_coding": FailureId.INVALID_RESPONSE,
    b"http_response_content_coding": FailureId.INVALID_RESPONSE,
    b"http_response_timeout": FailureId.RESPONSE_TIMEOUT,
    b"http_upgrade_failed": FailureId.INVALID_RESPONSE,
    b"http_protocol_error": FailureId.INVALID_RESPONSE,
    b"proxy_loop_detected": None,
    b"proxy_internal_error": None,
    b"proxy_configuration_error": None,
    b"proxy_internal_response": None,
    b"http_request_error": None,
    b"http_request_denied": None,
}
"""`None`: an error that is not the upstream's."""


def error(told: bytes) -> bytes:
    """Return the error word of a list member like `error="connection_refused"; details="…"`; empty if there is none."""
    for part in told.split(b";"):
        name, equals, value = part.strip().partition(b"=")
        if equals and name.lower() == b"error":
            return value.strip(b'" ').lower()
    return b""


def failure(told: bytes) -> FailureId | None:
    """Return the failure that a `Proxy-Status` value tells, if it tells one."""
    return ERRORS.get(error(told))
