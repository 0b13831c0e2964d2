import pytest

from tests.logs.formats.platform_lines import judged, line_of, told
from why502.logs.formats.aws_cloudfront import FORMAT, LEGACY, ORIGIN
from why502.logs.plan import Kind
from why502.observations.failure import FailureId

SHORT = b"#Fields: timestamp(ms) x-edge-result-type sc-status cs-method cs-uri-stem x-edge-detailed-result-type"


@pytest.mark.parametrize("detailed", ORIGIN)
@pytest.mark.parametrize("status", [200, 502, 504])
def test_the_origins_failure_is_told_whatever_the_error_page_answers(detailed: bytes, status: int) -> None:
    assert told(FORMAT, status, b"Error", detailed) is ORIGIN[detailed]


@pytest.mark.parametrize(
    ("status", "result", "detailed", "failure"),
    [
        (502, b"Error", b"OriginError", FailureId.UPSTREAM_ANSWERED_ERROR),
        (404, b"Error", b"OriginError", None),
        (503, b"CapacityExceeded", b"CapacityExceeded", FailureId.GATEWAY_LIMIT),
        (503, b"LimitExceeded", b"", FailureId.GATEWAY_LIMIT),
        (503, b"Error", b"LambdaExecutionError", FailureId.UNKNOWN),
        (504, b"Error", b"SlowReaderOriginError", None),
        (0, b"Error", b"ClientCommError", None),
        (200, b"Hit", b"Hit", None),
    ],
)
def test_else_status_and_result_tell(status: int, result: bytes, detailed: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, result, detailed) is failure


def test_the_columns_are_those_of_the_header() -> None:
    line = b"1795183331123\tError\t502\tGET\t/cart\tOriginReadError"
    made = line_of(FORMAT, line, b"#Version: 1.0", SHORT)
    assert made is not None
    assert (made.at, made.status, made.target) == (1795183331, 502, b"/cart")
    assert judged(FORMAT, line, SHORT).failure is FailureId.RESET_BEFORE_RESPONSE
    assert line_of(FORMAT, line) is None


def test_a_header_is_no_request() -> None:
    made = line_of(FORMAT, SHORT)
    assert made is not None
    assert made.plan.kind is Kind.OTHER


def test_other_w3c_logs_are_not_cloudfronts() -> None:
    assert FORMAT.plans((b"#Fields: date time s-ip cs-method sc-status",)) == ()


def test_columns_can_be_given() -> None:
    assert FORMAT.directive is not None
    assert FORMAT.directive(SHORT.decode())[0] == FORMAT.plans((SHORT,))[0]
    assert FORMAT.directive(",".join(LEGACY))[0] == FORMAT.plans(())[0]
    with pytest.raises(ValueError, match="lack the time or the status"):
        FORMAT.directive("x-edge-location c-ip")
    with pytest.raises(ValueError, match="CloudFront's own"):
        FORMAT.directive("date time sc-status")
