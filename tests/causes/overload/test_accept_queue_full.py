"""overload.accept-queue-full: EAGAIN names it, a full queue shows it, an empty one excludes it."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import case, listener, socket_path, table
from why502.causes.overload.accept_queue_full import accept_queue_full
from why502.observations.failure import FailureId


def test_the_message_names_it() -> None:
    named = told(FailureId.CONNECT_EXHAUSTED, about=socket_path(), errno="11", named="overload.accept-queue-full")
    assert said(accept_queue_full, named) is NAMED


@pytest.mark.parametrize(
    ("queue", "backlog", "verdict"),
    [
        (129, 128, SPECIFIC),
        (1, 0, SPECIFIC),
        (128, 128, COMPATIBLE),
        (3, 128, COMPATIBLE),
        (0, 128, Excluded),
        (0, 0, Excluded),
        (0, None, COMPATIBLE),
    ],
)
def test_the_queue_decides(queue: int, backlog: int | None, verdict: object) -> None:
    seen = table(listener(queue=queue, backlog=backlog))
    assert said(accept_queue_full, case(FailureId.CONNECT_TIMEOUT), seen) is verdict


def test_it_spares_a_port_that_nobody_listens_on_and_another_message() -> None:
    assert said(accept_queue_full, case(FailureId.CONNECT_TIMEOUT), table()) is Excluded
    assert said(accept_queue_full, told(FailureId.CONNECT_EXHAUSTED, named="overload.ephemeral-ports")) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(accept_queue_full)
