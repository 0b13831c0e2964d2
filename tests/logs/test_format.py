import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.logs.format import FAILED_STATUS, Judged, Signs, by_status
from why502.observations.failure import FailureId


@given(status=st.integers(0, 999), told=st.binary(max_size=9), upstream=st.booleans(), last=st.booleans())
def test_the_status_alone_decides(status: int, told: bytes, upstream: bool, last: bool) -> None:
    judged = by_status(Signs(status=status, upstream_status=told, upstream=upstream, last=last))
    if status in FAILED_STATUS:
        assert judged == Judged(failed=True, failure=FailureId.UNKNOWN, partner=True)
    else:
        assert judged == Judged()


@pytest.mark.parametrize("status", [200, 301, 404, 408, 429, 499, 500, 501, 505, 519, 528, 529, 531])
def test_what_is_not_the_upstreams_fault_is_no_failure(status: int) -> None:
    assert status not in FAILED_STATUS


@pytest.mark.parametrize("status", [502, 503, 504, *range(520, 528), 530])
def test_what_a_gateway_or_a_cdn_answers_for_its_upstream_is(status: int) -> None:
    assert status in FAILED_STATUS


def test_signs_that_are_equal_are_one() -> None:
    """Few distinct ones exist, so that each is judged once."""
    assert len({Signs(status=502), Signs(status=502, last=True), Signs(status=502, group=True)}) == 2
