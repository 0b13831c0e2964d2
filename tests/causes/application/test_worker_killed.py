"""application.worker-killed: the server's own message at the time of the failure."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, blind, said
from tests.evidence import app_server, case, message, unit
from why502.causes.application.worker_killed import worker_killed
from why502.observations.failure import FailureId
from why502.observations.server import Says


@pytest.mark.parametrize(
    ("says", "at", "verdict"),
    [
        (Says.WORKER_TIMEOUT, 1.0, NAMED),
        (Says.WORKER_TIMEOUT, -4.0, NAMED),
        (Says.WORKER_TIMEOUT, -60.0, COMPATIBLE),
        (Says.WORKER_TIMEOUT, 60.0, COMPATIBLE),
        (Says.WORKER_KILLED, 1.0, COMPATIBLE),
        (Says.WORKER_DIED, 1.0, COMPATIBLE),
    ],
)
def test_the_server_says_it(says: Says, at: float, verdict: object) -> None:
    closed = case(FailureId.CLOSED_BEFORE_RESPONSE)
    assert said(worker_killed, closed, app_server(), message(says, at=at)) is verdict
    assert said(worker_killed, closed, app_server(), message(says, unit(), at=at)) is verdict


def test_it_spares_the_worker_of_another_server() -> None:
    closed = case(FailureId.CLOSED_BEFORE_RESPONSE)
    assert said(worker_killed, closed, message(Says.WORKER_TIMEOUT)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(worker_killed)
