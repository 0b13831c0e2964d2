import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.gcp_load_balancer import CUT, DETAILS, FORMAT
from why502.observations.failure import FailureId


@pytest.mark.parametrize("details", DETAILS)
def test_the_details_tell_why(details: bytes) -> None:
    assert told(FORMAT, 502, details) is DETAILS[details]
    assert told(FORMAT, 503, details) is DETAILS[details]
    assert told(FORMAT, 404, details) is None


@pytest.mark.parametrize("status", [0, 200, 502])
def test_an_answer_broken_off_has_any_status(status: int) -> None:
    assert told(FORMAT, status, CUT) is FailureId.TRUNCATED_RESPONSE


@pytest.mark.parametrize(
    ("status", "details", "proxied", "failure"),
    [
        (502, b"denied_by_security_policy", b"", None),
        (503, b"fault_filter_abort", b"", None),
        (0, b"client_disconnected_before_any_response", b"", None),
        (502, b"internal_error", b"", FailureId.UNKNOWN),
        (504, b"", b'error="http_response_timeout"; details="response_timeout"', FailureId.RESPONSE_TIMEOUT),
        (502, b"", b'error="proxy_loop_detected"', FailureId.UNKNOWN),
        (503, b"", b'received-status="503"', FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"", b"", FailureId.UNKNOWN),
    ],
)
def test_else_the_proxy_status_tells(status: int, details: bytes, proxied: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, details, proxied) is failure


@pytest.mark.parametrize("kind", [b"gce_instance", b"cloud_run_revision", b"tcp_ssl_proxy_rule"])
def test_entries_of_other_resources_are_not_read(kind: bytes) -> None:
    asked = b'"timestamp":"2026-11-20T14:02:11Z","httpRequest":{"requestMethod":"GET","status":502}'
    line = b"{" + asked + b',"resource":{"type":"%s"}}'
    assert line_of(FORMAT, line % kind) is None
    assert line_of(FORMAT, line % b"internal_http_lb_rule") is not None
