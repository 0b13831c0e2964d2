"""gateway.cannot-spool: only the gateway's message tells it."""

from tests.causes.grades import COMPATIBLE, NAMED, Excluded, blind, said, told
from why502.causes.gateway.cannot_spool import cannot_spool
from why502.observations.failure import FailureId


def test_the_message_names_it_and_no_other() -> None:
    assert said(cannot_spool, told(FailureId.TRUNCATED_RESPONSE, named="gateway.cannot-spool")) is NAMED
    assert said(cannot_spool, told(FailureId.TRUNCATED_RESPONSE, named="application.bad-length")) is Excluded
    assert said(cannot_spool, told(FailureId.TRUNCATED_RESPONSE)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(cannot_spool)
