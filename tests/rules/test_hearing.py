"""Whose logs count, and when."""

from dataclasses import replace

import pytest

from tests.evidence import (
    Known,
    app_server,
    below,
    case,
    endpoint,
    info,
    listener,
    message,
    name,
    processes,
    publishes,
    seen,
    socket_path,
    table,
    unit,
    unit_state,
)
from why502.observations.server import Says
from why502.rules.hearing import LATELY, at_memory_limit, heard, hearing_wants, servers_at, units_at, units_of

DIED = {Says.WORKER_DIED}


def test_servers_by_their_listener_or_by_what_they_bind() -> None:
    elsewhere = app_server(20, endpoint(port=1))
    assert servers_at(endpoint(), Known(elsewhere, table(listener(pids=(20,))))) == (elsewhere,)
    assert servers_at(endpoint(), Known(elsewhere, table(listener(pids=(21,))))) == ()
    assert servers_at(endpoint(), Known(app_server())) == (app_server(),)


def test_services_that_name_the_address_hold_it_or_serve_it() -> None:
    held = (table(listener(pids=(20,))), processes(info(20, unit="held.service")))
    found = units_at(endpoint(), Known(publishes(unit("named.service")), *held, app_server(unit="serves.service")))
    assert [each.name for each in found] == ["named.service", "held.service", "serves.service"]
    assert units_at(endpoint(), Known(publishes(unit("user@1.service")), publishes(unit("a.scope")))) == ()


def test_states_are_those_of_the_link_or_of_the_address() -> None:
    state = unit_state()
    assert units_of(below(case(), "application.not-running", unit()), Known(state)) == (state,)
    assert units_of(case(), Known(publishes(), state)) == (state,)
    assert units_of(case(), Known(state)) == ()


@pytest.mark.parametrize(("at", "counts"), [(-6, 0), (-5, 1), (2, 1), (15, 1), (16, 0)])
def test_only_what_is_near_counts(at: float, counts: int) -> None:
    assert len(heard(case(), Known(app_server(), message(Says.WORKER_DIED, at=at)), DIED)) == counts


def test_what_is_heard_and_what_is_not() -> None:
    old = message(Says.WORKER_DIED, at=-1800)
    assert heard(case(), Known(app_server(), old), DIED, before=LATELY) == (old,)
    assert heard(case(), Known(app_server(), message(Says.STARTING)), DIED) == ()
    other = message(Says.WORKER_DIED, bind=endpoint(port=1))
    assert heard(case(), Known(app_server(), other), DIED) == ()
    assert heard(case(about=name("app")), Known(app_server(), old), DIED) == ()


def test_the_log_of_a_stopped_service_counts() -> None:
    last = message(Says.WORKER_DIED, unit())
    assert heard(below(case(), "application.not-running", unit()), Known(last), DIED) == (last,)
    assert hearing_wants(case(about=name("app"))) == ()
    assert len(hearing_wants(case())) == 2


def test_a_runtime_at_its_own_memory_limit() -> None:
    line = message(Says.WORKER_DIED)
    assert not at_memory_limit(line)
    assert at_memory_limit(replace(line, seen=seen(line.seen.at, raw="JavaScript heap out of memory")))


def test_a_unit_with_a_network_of_its_own_is_none_of_the_address() -> None:
    apart = publishes(unit("own.service"), apart=True)
    assert units_at(endpoint(), Known(apart)) == ()
    state = unit_state("own.service", own=("PrivateNetwork",))
    running = (app_server(unit="own.service"), state)
    assert units_of(case(), Known(*running)) == ()
    at_path = (app_server(20, socket_path(), unit="own.service"), state)
    assert units_of(case(about=socket_path()), Known(*at_path)) == (state,)
