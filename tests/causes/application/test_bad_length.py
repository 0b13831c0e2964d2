"""application.bad-length: the message, or the head that a probe got."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, Excluded, blind, said, told
from tests.evidence import case, response, route
from why502.causes.application.bad_length import bad_length
from why502.observations.failure import FailureId
from why502.observations.probes import Reply


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [('duplicate header line: "Content-Length: 3"', NAMED), ('invalid header: "X Y"', Excluded)],
)
def test_what_a_probe_reads(wrong: str, verdict: object) -> None:
    invalid = response(None, Reply.INVALID, wrong=wrong)
    assert said(bad_length, case(FailureId.INVALID_RESPONSE), route(), invalid) is verdict


def test_what_the_gateway_says() -> None:
    assert said(bad_length, told(FailureId.INVALID_RESPONSE, named="application.bad-length")) is NAMED
    assert said(bad_length, told(FailureId.INVALID_RESPONSE, named="gateway.wrong-protocol")) is Excluded
    assert said(bad_length, case(FailureId.TRUNCATED_RESPONSE)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(bad_length)
