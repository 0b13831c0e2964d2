import pytest

from tests.logs.formats.platform_lines import told
from why502.logs.formats.railway import FORMAT
from why502.observations.failure import FailureId


@pytest.mark.parametrize(
    ("status", "details", "upstream", "failure"),
    [
        (502, b"connection refused", True, FailureId.CONNECT_REFUSED),
        (502, b"retried single replica", True, FailureId.CLOSED_BEFORE_RESPONSE),
        (503, b"no healthy replica", False, FailureId.UNKNOWN),
        (502, b"", True, FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"", False, FailureId.UNKNOWN),
        (544, b"edge", True, None),
        (500, b"", True, None),
    ],
)
def test_details_tell(status: int, details: bytes, upstream: bool, failure: FailureId | None) -> None:
    assert told(FORMAT, status, details, upstream=upstream) is failure
