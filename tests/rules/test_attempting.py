"""What a gateway would have said of a probe's attempt."""

from dataclasses import replace

import pytest

from tests.evidence import response, route, settings
from why502.observations.failure import FailureId
from why502.observations.probes import Met, Reply
from why502.rules.attempting import failure_of_attempt


@pytest.mark.parametrize(
    ("reply", "id_"),
    [
        (Reply.CLOSED, FailureId.CLOSED_BEFORE_RESPONSE),
        (Reply.RESET, FailureId.RESET_BEFORE_RESPONSE),
        (Reply.TIMED_OUT, FailureId.RESPONSE_TIMEOUT),
        (Reply.INVALID, FailureId.INVALID_RESPONSE),
        (Reply.TOO_BIG, FailureId.HEADER_TOO_BIG),
    ],
)
def test_a_reply_has_the_gateways_name(reply: Reply, id_: FailureId) -> None:
    assert failure_of_attempt(replace(response(), reply=reply), route()) is id_


@pytest.mark.parametrize("met", Met)
def test_a_connection_that_did_not_come_about_has_one_or_none(met: Met) -> None:
    found = failure_of_attempt(replace(response(), reply=None, met=met), route())
    assert found is {
        Met.REFUSED: FailureId.CONNECT_REFUSED,
        Met.TIMED_OUT: FailureId.CONNECT_TIMEOUT,
        Met.UNREACHABLE: FailureId.CONNECT_UNREACHABLE,
        Met.DENIED: FailureId.CONNECT_DENIED,
        Met.NO_SOCKET: FailureId.CONNECT_NO_SOCKET,
        Met.QUEUE_FULL: FailureId.CONNECT_EXHAUSTED,
        Met.EXHAUSTED: FailureId.CONNECT_EXHAUSTED,
        Met.CONNECTED: FailureId.TLS_FAILED,
    }.get(met)


def test_a_sound_answer_is_measured_by_the_routes_limits() -> None:
    sound = replace(response(), reply=Reply.ANSWERED, status=200, seconds=2.0, head_bytes=4096)
    assert failure_of_attempt(sound, route()) is None
    assert failure_of_attempt(replace(sound, status=404), route()) is None
    assert failure_of_attempt(replace(sound, head_bytes=4097), route()) is FailureId.HEADER_TOO_BIG
    impatient = route(settings=settings(read_timeout=1.0))
    assert failure_of_attempt(sound, impatient) is FailureId.RESPONSE_TIMEOUT


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_error_that_it_would_pass_on_is_the_upstreams(status: int) -> None:
    answered = replace(response(), reply=Reply.ANSWERED, status=status, seconds=0.1, head_bytes=10)
    assert failure_of_attempt(answered, route()) is FailureId.UPSTREAM_ANSWERED_ERROR
