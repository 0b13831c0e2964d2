import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs import proxy_status
from why502.observations.failure import FailureId


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        (b'error="connection_refused"; details="x"', FailureId.CONNECT_REFUSED),
        (b"gw.example; error=http_response_timeout", FailureId.RESPONSE_TIMEOUT),
        (b'error="connection_terminated"; details="backend_connection_closed"', FailureId.CLOSED_BEFORE_RESPONSE),
        (b"error=dns_timeout;rcode=2", FailureId.RESOLVE_FAILED),
        (b'error="proxy_loop_detected"', None),
        (b'details="error=connection_refused"', None),
        (b"received-status=502", None),
        (b"error=of_tomorrow", None),
        (b"", None),
    ],
)
def test_the_error_word_tells_the_failure(told: bytes, failure: FailureId | None) -> None:
    assert proxy_status.failure(told) is failure


def test_an_error_that_is_not_the_upstreams_is_still_an_error() -> None:
    assert proxy_status.error(b"error=proxy_internal_error") == b"proxy_internal_error"
    assert proxy_status.error(b"received-status=502") == b""


@given(st.binary(max_size=120))
def test_any_bytes_are_looked_at(told: bytes) -> None:
    word = proxy_status.error(told)
    assert proxy_status.failure(told) is proxy_status.ERRORS.get(word)
