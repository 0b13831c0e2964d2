import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.azure_front_door import ERRORS, FORMAT
from why502.observations.failure import FailureId


@pytest.mark.parametrize("error", ERRORS)
def test_the_errors_name_tells_with_a_status_or_without(error: bytes) -> None:
    assert told(FORMAT, 503, error) is ERRORS[error]
    assert told(FORMAT, 0, error) is ERRORS[error]
    assert told(FORMAT, 200, error) is None


@pytest.mark.parametrize(
    ("status", "error", "upstream", "failure"),
    [
        (502, b"NoError", True, FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"NoError", False, FailureId.UNKNOWN),
        (503, b"OriginError", True, FailureId.UNKNOWN),
        (503, b"UnspecifiedError", True, FailureId.UNKNOWN),
        (499, b"ClientDisconnected", True, None),
        (403, b"RestrictedIP", False, None),
        (0, b"ClientDisconnected", True, None),
    ],
)
def test_else_status_and_origin_tell(status: int, error: bytes, upstream: bool, failure: FailureId | None) -> None:
    assert told(FORMAT, status, error, upstream=upstream) is failure


def test_a_probes_log_is_no_request() -> None:
    line = (
        b'{"category":"%s","time":"2026-11-20T14:02:11Z","properties":{"httpStatusCode":"502","httpMethod":"GET",'
        b'"originName":"app.example.net:443"}}'
    )
    probe, access = (line_of(FORMAT, line % name) for name in (b"FrontDoorHealthProbeLog", b"FrontDoorAccessLog"))
    assert probe is not None
    assert access is not None
    assert (probe.status, access.status, access.attempts[0].upstream) == (0, 502, b"app.example.net:443")
