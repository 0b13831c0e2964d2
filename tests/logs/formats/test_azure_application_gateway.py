import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.azure_application_gateway import ERRORS, FORMAT
from why502.logs.plan import Kind
from why502.observations.failure import FailureId


@pytest.mark.parametrize("error", ERRORS)
def test_the_errors_name_tells(error: bytes) -> None:
    assert told(FORMAT, 502, error) is ERRORS[error]
    assert told(FORMAT, 200, error) is None


@pytest.mark.parametrize(
    ("status", "server", "error", "failure"),
    [
        (502, b"502", b"ERRORINFO_NO_ERROR", FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"", b"", FailureId.UNKNOWN),
        (503, b"200", b"", FailureId.UNKNOWN),
        (499, b"", b"ERRORINFO_CLIENT_CLOSED_REQUEST", None),
        (403, b"", b"", None),
    ],
)
def test_else_the_servers_status_tells(status: int, server: bytes, error: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, error, upstream_status=server) is failure


@pytest.mark.parametrize(("instance", "seconds"), [(b"ApplicationGatewayRole_IN_0", 205000), (b"appgw_1", 205000000)])
def test_the_first_version_counts_milliseconds(instance: bytes, seconds: int) -> None:
    line = (
        b'{"category":"ApplicationGatewayAccessLog","time":"2026-11-20T14:02:11Z","properties":'
        b'{"httpStatus":200,"timeTaken":205,"instanceId":"%s"}}'
    )
    made = line_of(FORMAT, line % instance)
    assert made is not None
    assert made.seconds == seconds


def test_another_category_is_no_request() -> None:
    made = line_of(FORMAT, b'{"category":"ApplicationGatewayFirewallLog","time":"x","properties":{"httpStatus":502}}')
    assert made is not None
    assert made.plan.kind is Kind.OTHER
    assert line_of(FORMAT, b'{"category":"ResourceHealth","time":"2026-11-20T14:02:11Z","properties":{}}') is None
