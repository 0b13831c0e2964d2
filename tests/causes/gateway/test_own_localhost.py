from dataclasses import replace
from typing import Any

import pytest

from tests.causes.proving import excludes, is_blind, spares
from tests.evidence import (
    ELSEWHERE,
    HERE,
    SITE,
    Known,
    case,
    endpoint,
    group,
    host,
    info,
    listener,
    logged,
    processes,
    publishes,
    request,
    response,
    route,
    served,
    table,
    unit,
    unit_state,
)
from why502.causes.gateway.own_localhost import own_localhost
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Place
from why502.observations.probes import ResponseAttempt
from why502.observations.server import Publishes
from why502.observations.verdict import Case, Excluded, Proven, Suspected, Verdict
from why502.observations.want import As
from why502.rules.candidates import MADE_UP, NO_HOST

INSIDE = case(about=endpoint(place=ELSEWHERE))
"""The gateway has a network of its own; process 1 and the application have the host's."""

HOST = info(20, place=HERE)
GATE = info(10, "nginx", place=ELSEWHERE)
ORDERS = request("/orders/7")
APART: tuple[Fact, ...] = (
    table(place=ELSEWHERE),
    processes(HOST, GATE),
    table(listener(pids=(20,))),
)


def answer(path: str, status: int, place: Place = HERE, name: str = "shop.example.com") -> ResponseAttempt:
    return response(status, about=endpoint(place=place), how=As(path=path, host=name))


class Asked(Known):
    """Evidence in which only path and Host of a probe count."""

    def ask(self, want: Any) -> Any:
        how = want.how
        if want.kind is ResponseAttempt and how is not None:
            want = replace(want, how=As(path=how.path, host=how.host))
        return super().ask(want)


def judged(asked: Case, *facts: Fact) -> Verdict:
    return own_localhost.judge(asked, Asked(*facts).none(Publishes, host()))


def tied(place: Place = HERE) -> tuple[Fact, ...]:
    return (route(), answer("/orders/7", 200, place), answer(MADE_UP, 404, place))


INSIDE = case(about=endpoint(place=ELSEWHERE), request=ORDERS)
"""The gateway has a network of its own; process 1 and the application have the host's."""


def test_proved_where_what_is_outside_knows_this_very_path() -> None:
    verdict = judged(INSIDE, *APART, *tied())
    assert isinstance(verdict, Proven)
    assert {APART[0], APART[2], *tied()} <= set(verdict.because)


def test_proved_by_the_upstreams_name() -> None:
    named = route(group=group(endpoint(place=ELSEWHERE), name="orders", site=SITE))
    there = (APART[0], processes(info(20, place=HERE, unit="orders.service"), GATE), APART[2])
    assert isinstance(judged(INSIDE, *there, named, answer("/orders/7", 200)), Proven)
    assert not isinstance(judged(INSIDE, *APART, named, answer("/orders/7", 200)), Proven | Excluded)


OUT = case(request=ORDERS)
THERE = (
    table(),
    processes(info(20, place=ELSEWHERE), info(10, "nginx")),
    table(listener(pids=(20,)), place=ELSEWHERE),
)


def test_proved_of_an_application_in_a_container_too() -> None:
    assert isinstance(judged(OUT, *THERE, *tied(ELSEWHERE)), Proven)


FRONT = case(about=endpoint(place=ELSEWHERE))


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        (INSIDE, ()),
        (INSIDE, (route(),)),
        (INSIDE, (*tied()[:2], answer(MADE_UP, 200))),
        (INSIDE, (*tied()[:2], answer(MADE_UP, 200), answer("/orders/7", 200, name=NO_HOST))),
        (INSIDE, (route(), answer("/orders/7", 404), answer(MADE_UP, 404))),
        (FRONT, (route(), answer("/", 200), answer(MADE_UP, 404), answer("/", 200, name=NO_HOST))),
        (INSIDE, (*tied(), logged(-60))),
        (INSIDE, (*tied(), served(good=3))),
    ],
    ids=[
        "not asked", "no answer", "answers everything", "answers everything for everybody", "does not know the path",
        "any application answers /", "answered here before", "answered here before, by a log without upstreams",
    ],
)  # fmt: skip
def test_an_application_that_happens_to_use_the_port_is_spared(asked: Case, facts: tuple[Fact, ...]) -> None:
    assert not isinstance(judged(asked, *APART, *facts), Proven | Excluded)


def test_an_application_beside_a_gateway_like_ours_is_spared() -> None:
    """Two pods that are made alike: in the other one all is well."""
    twin = processes(HOST, GATE, info(11, "nginx", place=HERE))
    assert not isinstance(judged(INSIDE, APART[0], twin, APART[2], *tied()), Proven | Excluded)
    assert not isinstance(judged(INSIDE, APART[0], processes(HOST), APART[2], *tied()), Proven | Excluded)


def test_something_here_that_names_the_address_is_spared() -> None:
    named = (publishes(unit()), unit_state(active="failed"))
    verdict = own_localhost.judge(OUT, Asked(*THERE, *tied(ELSEWHERE), *named))
    assert not isinstance(verdict, Proven | Excluded)


def test_two_networks_that_serve_the_port_are_spared() -> None:
    third = Place(host="boot", net=9, mnt=9)
    facts = (processes(HOST, GATE, info(30, place=third)), table(listener(), place=third))
    assert not isinstance(judged(INSIDE, APART[0], APART[2], *facts, *tied()), Proven | Excluded)


def test_networks_that_were_not_seen_are_spared() -> None:
    assert not isinstance(judged(INSIDE, *APART[:2], *tied()), Proven | Excluded)
    assert not isinstance(judged(INSIDE, *APART[:2], table(listener(), complete=False), *tied()), Proven | Excluded)
    hidden = processes(HOST, GATE, complete=False)
    assert not isinstance(judged(INSIDE, APART[0], hidden, APART[2], *tied()), Proven | Excluded)
    unknown = processes(HOST, GATE, info(40, place=Place(host="boot")))
    assert not isinstance(judged(INSIDE, APART[0], unknown, APART[2], *tied()), Proven | Excluded)


def test_a_port_that_is_served_nowhere_contradicts_it() -> None:
    excludes(own_localhost, INSIDE, *APART[:2], table(listener(port=1)))


def test_another_address_and_another_failure_are_spared() -> None:
    spares(own_localhost, case(about=endpoint("192.0.2.1", place=ELSEWHERE)), *APART)
    spares(own_localhost, case(FailureId.CONNECT_TIMEOUT, endpoint(place=ELSEWHERE)), *APART)
    spares(own_localhost, INSIDE, table(listener(), place=ELSEWHERE), *APART[1:])


def test_blind() -> None:
    is_blind(own_localhost, INSIDE, *APART, *tied())


def test_a_unit_that_has_that_network_for_its_own_names_nothing_here() -> None:
    named = publishes(unit(), apart=True)
    assert isinstance(own_localhost.judge(OUT, Asked(*THERE, *tied(ELSEWHERE), named)), Proven)
    perhaps = publishes(unit(), apart=None)
    assert isinstance(own_localhost.judge(OUT, Asked(*THERE, *tied(ELSEWHERE), perhaps)), Suspected)
