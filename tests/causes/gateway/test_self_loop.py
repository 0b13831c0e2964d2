"""gateway.self-loop: the upstream's listener is the gateway's own."""

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import case, endpoint, gateway, listener, route, table
from why502.causes.gateway.self_loop import self_loop
from why502.observations.failure import FailureId

WAITING = case(FailureId.RESPONSE_TIMEOUT)


def test_the_message_names_it() -> None:
    assert said(self_loop, told(FailureId.NO_LIVE_UPSTREAM, named="gateway.self-loop")) is NAMED


def test_who_holds_the_listener_decides() -> None:
    assert said(self_loop, WAITING, gateway(), table(listener(pids=(10, 11)))) is SPECIFIC
    assert said(self_loop, WAITING, gateway(), table(listener(pids=(20,)))) is Excluded
    assert said(self_loop, WAITING, gateway(), table(listener())) is COMPATIBLE


def test_a_failure_that_was_passed_on_is_not_about_the_upstream() -> None:
    passed = case(FailureId.UPSTREAM_ANSWERED_ERROR, endpoint(port=80))
    both = table(listener(port=80, pids=(10,)), listener(pids=(20,)))
    assert said(self_loop, passed, gateway(), route(), both) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(self_loop)
