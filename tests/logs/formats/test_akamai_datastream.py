import pytest

from tests.logs.formats.platform_lines import told
from why502.logs.formats.akamai_datastream import ERRORS, FORMAT
from why502.observations.failure import FailureId


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize("detail", [b"", b"|", b"|some detail"])
def test_the_code_tells_with_a_detail_or_without(code: bytes, detail: bytes) -> None:
    assert told(FORMAT, 503, code + detail) is ERRORS[code]
    assert told(FORMAT, 200, code + detail) is None


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (503, b"ERR_CLIENT_ABORT", None),
        (403, b"ERR_ACCESS_DENIED|fwd_acl", None),
        (503, b"-", FailureId.UNKNOWN),
        (503, b"ERR_CONNECT_TIMEOUTS", FailureId.UNKNOWN),
    ],
)
def test_other_codes(status: int, code: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, code) is failure
