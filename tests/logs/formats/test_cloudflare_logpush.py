import pytest

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.cloudflare_logpush import CODES, FORMAT
from why502.observations.failure import FailureId


@pytest.mark.parametrize("status", CODES)
@pytest.mark.parametrize("origin", [b"0", b"", b"%d"])
def test_the_edges_own_codes_tell_whatever_the_origins_is(status: int, origin: bytes) -> None:
    origin = origin % status if b"%" in origin else origin
    assert told(FORMAT, status, upstream_status=origin) is CODES[status]


@pytest.mark.parametrize(
    ("status", "origin", "source", "failure"),
    [
        (502, b"502", b"eyeball", FailureId.UPSTREAM_ANSWERED_ERROR),
        (504, b"504", b"", FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"0", b"", FailureId.INVALID_RESPONSE),
        (502, b"", b"", FailureId.UNKNOWN),
        (503, b"0", b"", FailureId.UNKNOWN),
        (504, b"0", b"earlyHintsCache", None),
        (502, b"0", b"earlyHintsCache", FailureId.INVALID_RESPONSE),
        (499, b"0", b"", None),
        (500, b"500", b"", None),
    ],
)
def test_else_both_statuses_tell(status: int, origin: bytes, source: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, source, upstream_status=origin) is failure


@pytest.mark.parametrize(
    "at", [b'"2026-11-20T14:02:11Z"', b"1795183331", b"1795183331000000000", b'"1795183331000000000"']
)
def test_each_form_of_time_is_read(at: bytes) -> None:
    line = line_of(FORMAT, b'{"EdgeEndTimestamp":1795183399,"EdgeResponseStatus":200,"EdgeStartTimestamp":' + at + b"}")
    assert line is not None
    assert line.at == 1795183331


def test_other_datasets_are_not_read() -> None:
    assert line_of(FORMAT, b'{"Datetime":"2026-11-20T14:02:11Z","Action":"block","EdgeResponseStatus":403}') is None
