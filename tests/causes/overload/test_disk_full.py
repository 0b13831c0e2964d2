"""overload.disk-full: only a message tells it."""

import pytest

from tests.causes.grades import NAMED, SPECIFIC, Irrelevant, blind, said, told
from why502.causes.overload.disk_full import disk_full
from why502.observations.failure import FailureId


@pytest.mark.parametrize(
    ("detail", "verdict"),
    [
        ({"errno": "28"}, NAMED),
        ({"named": "overload.disk-full,gateway.cannot-spool"}, NAMED),
        ({"named": "gateway.cannot-spool,overload.disk-full"}, SPECIFIC),
        ({"errno": "13"}, Irrelevant),
        ({}, Irrelevant),
    ],
)
def test_the_message_tells_it(detail: dict[str, str], verdict: object) -> None:
    assert said(disk_full, told(FailureId.TRUNCATED_RESPONSE, **detail)) is verdict


def test_it_is_blind_without_evidence() -> None:
    assert blind(disk_full)
