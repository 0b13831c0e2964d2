from dataclasses import replace

import pytest

from tests.causes.proving import excludes, is_blind, open_still, spares
from tests.evidence import (
    ELSEWHERE,
    HERE,
    Known,
    case,
    endpoint,
    host,
    info,
    listener,
    logged,
    processes,
    publishes,
    request,
    response,
    route,
    table,
    unit,
    unit_state,
)
from why502.causes.gateway.own_localhost import own_localhost
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Place
from why502.observations.server import Publishes
from why502.observations.verdict import Case, Excluded, Proven, Suspected, Verdict

INSIDE = case(about=endpoint(place=ELSEWHERE))
"""The gateway has a network of its own; process 1 and the application have the host's."""

HOST = info(20, place=HERE)
APART: tuple[Fact, ...] = (
    table(place=ELSEWHERE),
    processes(HOST, info(10, place=ELSEWHERE)),
    table(listener(pids=(20,))),
)


def judged(asked: Case, *facts: Fact) -> Verdict:
    return own_localhost.judge(asked, Known(*facts).none(Publishes, host()))


def test_proved_where_the_gateway_is_alone_in_its_network() -> None:
    verdict = judged(INSIDE, *APART)
    assert isinstance(verdict, Proven)
    assert {APART[0], APART[2]} <= set(verdict.because)


ORDERS = case(request=request("/orders/7"))
THERE = (table(), processes(info(20, place=ELSEWHERE)), table(listener(pids=(20,)), place=ELSEWHERE))
ASKED = response(about=endpoint(place=ELSEWHERE))


def test_proved_on_the_hosts_network_by_the_very_path() -> None:
    verdict = judged(ORDERS, *THERE, route(), ASKED)
    assert isinstance(verdict, Proven)
    assert ASKED in verdict.because


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        (ORDERS, (route(),)),
        (ORDERS, (route(), replace(ASKED, status=404))),
        (case(), (route(), ASKED)),
        (ORDERS, (route(), ASKED, logged(-60))),
    ],
    ids=["not asked", "does not know the path", "any application answers /", "answered here before"],
)
def test_a_container_that_happens_to_use_the_port_is_spared(asked: Case, facts: tuple[Fact, ...]) -> None:
    assert not isinstance(judged(asked, *THERE, *facts), Proven | Excluded)


def test_something_here_that_names_the_address_is_spared() -> None:
    named = (publishes(unit()), unit_state(active="failed"))
    open_still(own_localhost, ORDERS, *THERE, route(), ASKED, *named)


def test_two_networks_that_serve_the_port_are_spared() -> None:
    third = Place(host="boot", net=9, mnt=9)
    facts = (processes(HOST, info(10, place=ELSEWHERE), info(30, place=third)), table(listener(), place=third))
    assert not isinstance(judged(INSIDE, APART[0], APART[2], *facts), Proven | Excluded)


def test_networks_that_were_not_seen_are_spared() -> None:
    assert not isinstance(judged(INSIDE, *APART[:2]), Proven | Excluded)
    assert not isinstance(judged(INSIDE, *APART[:2], table(listener(), complete=False)), Proven | Excluded)
    hidden = processes(HOST, info(10, place=ELSEWHERE), complete=False)
    assert not isinstance(judged(INSIDE, APART[0], hidden, APART[2]), Proven | Excluded)
    unknown = processes(HOST, info(10, place=ELSEWHERE), info(40, place=Place(host="boot")))
    assert not isinstance(judged(INSIDE, APART[0], unknown, APART[2]), Proven | Excluded)


def test_a_port_that_is_served_nowhere_contradicts_it() -> None:
    excludes(own_localhost, INSIDE, *APART[:2], table(listener(port=1)))


def test_another_address_and_another_failure_are_spared() -> None:
    spares(own_localhost, case(about=endpoint("192.0.2.1", place=ELSEWHERE)), *APART)
    spares(own_localhost, case(FailureId.CONNECT_TIMEOUT, endpoint(place=ELSEWHERE)), *APART)
    spares(own_localhost, INSIDE, table(listener(), place=ELSEWHERE), *APART[1:])


def test_blind() -> None:
    is_blind(own_localhost, INSIDE, *APART)


def test_a_unit_that_has_that_network_for_its_own_names_nothing_here() -> None:
    named = publishes(unit(), apart=True)
    assert isinstance(own_localhost.judge(ORDERS, Known(*THERE, route(), ASKED, named)), Proven)
    perhaps = publishes(unit(), apart=None)
    assert isinstance(own_localhost.judge(ORDERS, Known(*THERE, route(), ASKED, perhaps)), Suspected)
