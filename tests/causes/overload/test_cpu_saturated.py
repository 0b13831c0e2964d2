"""overload.cpu-saturated: as yet only compatible with what comes late."""

from tests.causes.grades import COMPATIBLE, blind, said
from tests.evidence import case
from why502.causes.overload.cpu_saturated import cpu_saturated
from why502.observations.failure import FailureId


def test_it_is_no_more_than_compatible() -> None:
    assert said(cpu_saturated, case(FailureId.RESPONSE_TIMEOUT)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(cpu_saturated)
