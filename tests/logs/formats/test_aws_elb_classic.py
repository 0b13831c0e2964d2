import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.platform_lines import line_of, told
from why502.logs.formats.aws_elb_classic import FORMAT
from why502.observations.failure import FailureId


@pytest.mark.parametrize(
    ("status", "backend", "failure"),
    [
        (502, b"502", FailureId.UPSTREAM_ANSWERED_ERROR),
        (502, b"0", FailureId.INVALID_RESPONSE),
        (502, b"", FailureId.INVALID_RESPONSE),
        (503, b"0", FailureId.NO_LIVE_UPSTREAM),
        (503, b"503", FailureId.UPSTREAM_ANSWERED_ERROR),
        (504, b"0", FailureId.RESPONSE_TIMEOUT),
        (504, b"200", FailureId.UNKNOWN),
        (522, b"0", FailureId.UNKNOWN),
        (408, b"0", None),
        (500, b"500", None),
    ],
)
def test_both_statuses_tell(status: int, backend: bytes, failure: FailureId | None) -> None:
    assert told(FORMAT, status, upstream_status=backend) is failure


@given(st.binary(max_size=60).filter(lambda raw: b"\n" not in raw))
def test_what_a_client_sends_does_not_change_the_status(agent: bytes) -> None:
    start = b"2026-11-20T14:02:12.945958Z web [2001:db8::7]:2818 198.51.100.17:80 0.000073 -1 -1 504 0 0 0 "
    line = line_of(FORMAT, start + b'"GET http://a.example:80/ HTTP/1.1" "' + agent + b'" - -')
    assert line is not None
    assert (line.status, line.client, line.attempts[0].seconds) == (504, b"2001:db8::7", None)
