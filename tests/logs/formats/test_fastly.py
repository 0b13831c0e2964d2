import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.fastly import FORMAT, REASONS
from why502.observations.failure import FailureId


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_of_a_503_tells(reason: bytes) -> None:
    assert told(FORMAT, 503, reason.title()) is REASONS[reason]
    assert told(FORMAT, 200, reason) is None


@pytest.mark.parametrize(
    ("status", "reason", "failure"),
    [
        (503, b"Service Unavailable", FailureId.UNKNOWN),
        (503, b"Loop detected", FailureId.UNKNOWN),
        (502, b"Bad Gateway", FailureId.UPSTREAM_ANSWERED_ERROR),
        (504, b"", FailureId.UPSTREAM_ANSWERED_ERROR),
        (520, b"", FailureId.UNKNOWN),
        (500, b"", None),
    ],
)
def test_other_statuses(status: int, reason: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, reason) is failure


def test_a_host_that_is_not_escaped_is_overwritten_by_what_follows() -> None:
    line = line_of(
        FORMAT,
        b'{"timestamp":"2026-11-20T14:02:11+0000","client_ip":"192.0.2.7","host":"a","response_status":503,"b":"c",'
        b'"url":"/","request_method":"GET","response_state":"HIT","response_status":200,"response_reason":"OK"}',
    )
    assert line is not None
    assert line.status == 200
