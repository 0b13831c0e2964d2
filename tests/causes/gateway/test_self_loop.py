"""gateway.self-loop: the upstream's listener is the gateway's own."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, Proven, blind, said, server, servers, told
from tests.evidence import NGINX, Known, case, endpoint, gateway, listener, route, settings, table
from why502.causes.gateway.self_loop import self_loop
from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken
from why502.observations.subjects import Route
from why502.observations.verdict import Suspected

WAITING = case(FailureId.RESPONSE_TIMEOUT)


def test_the_message_names_it() -> None:
    assert said(self_loop, told(FailureId.NO_LIVE_UPSTREAM, named="gateway.self-loop")) is NAMED


def test_who_holds_the_listener_decides() -> None:
    assert said(self_loop, WAITING, gateway(), table(listener(pids=(10, 11)))) is SPECIFIC
    assert said(self_loop, WAITING, gateway(), table(listener(pids=(20,)))) is Excluded
    assert said(self_loop, WAITING, gateway(), table(listener())) is COMPATIBLE


OWN = (gateway(), table(listener(pids=(10, 11))))
"""The upstream of the route is a socket of the gateway's own."""


@pytest.mark.parametrize(
    ("again", "verdict"),
    [
        (route(), Proven),
        (route(about=Route(gateway=NGINX, server="other", location="/")), SPECIFIC),
        (route(settings=settings(host="other.example.com")), SPECIFIC),
        (route(unresolved="$backend"), SPECIFIC),
        (route(loaded=False), SPECIFIC),
        (servers(server("a", endpoint()), server("b", endpoint(port=8001))), SPECIFIC),
    ],
    ids=["the same", "another route", "another host", "a variable", "not loaded", "one of two"],
)
def test_the_second_time_round_decides(again: RouteTaken, verdict: object) -> None:
    reset = case(FailureId.RESET_BEFORE_RESPONSE)
    known = Known(*OWN, route()).add(again, under=NGINX)
    found = self_loop.judge(reset, known)
    assert (found.grade if isinstance(found, Suspected) else type(found)) is verdict
    assert said(self_loop, reset, *OWN, route()) is SPECIFIC


def test_a_failure_that_was_passed_on_is_not_about_the_upstream() -> None:
    passed = case(FailureId.UPSTREAM_ANSWERED_ERROR, endpoint(port=80))
    both = table(listener(port=80, pids=(10,)), listener(pids=(20,)))
    assert said(self_loop, passed, gateway(), route(), both) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(self_loop)
