import pytest

from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import (
    ELSEWHERE,
    Known,
    after,
    below,
    case,
    endpoint,
    group,
    info,
    journal,
    journal_line,
    listener,
    own,
    process,
    processes,
    publishes,
    route,
    served,
    socket_path,
    table,
    unit,
    unit_state,
    unix_listener,
)
from why502.causes.application.not_running import SECONDS, not_running
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.gateway import PastAnswers
from why502.observations.place import Window

STOPPED = (publishes(), unit_state(active="inactive"))
HOST = (table(), processes())


@pytest.mark.parametrize("active", ["inactive", "failed"])
def test_proved_by_a_stopped_unit_that_names_the_address(active: str) -> None:
    verdict = proves(not_running, case(), *HOST, publishes(), unit_state(active=active), by={"Publishes", "UnitState"})
    assert verdict.subject == unit()


def test_proved_for_a_unix_socket() -> None:
    gone = case(FailureId.CONNECT_NO_SOCKET, socket_path())
    named = (publishes(unit(), socket_path()), unit_state(active="inactive"))
    proves(not_running, gone, *HOST, *named, by={"UnitState"})
    proves(not_running, below(gone, "gateway.socket-missing"), processes(), *named, by={"UnitState"})


def test_of_a_stopped_socket_unit_and_its_service_the_socket_is_meant() -> None:
    socket = unit_state("app.socket", "inactive", triggers=("app.service",))
    facts = (publishes(unit("app.socket")), socket, *STOPPED)
    assert proves(not_running, case(), *HOST, *facts, by={"UnitState"}).subject == unit("app.socket")


def test_a_listener_contradicts_it() -> None:
    excludes(not_running, case(), table(listener()), processes(), *STOPPED)


def test_an_active_socket_unit_contradicts_it() -> None:
    """The service of a socket unit may sleep: the unit's own socket takes the connection."""
    facts = (publishes(unit("app.socket")), unit_state("app.socket", "active", triggers=("app.service",)), *STOPPED)
    excludes(not_running, case(), *HOST, *facts)


def test_something_that_names_the_address_and_runs_contradicts_it() -> None:
    excludes(not_running, case(), *HOST, *STOPPED, publishes(process(20)))
    starting = excludes(not_running, case(), *HOST, publishes(), unit_state(active="activating"))
    assert unit_state(active="activating") in starting.because


def test_a_process_of_another_namespace_does_not() -> None:
    inside = publishes(process(20), endpoint("0.0.0.0", place=ELSEWHERE))
    proves(not_running, case(), *HOST, *STOPPED, inside, by={"UnitState"})


SPARED: dict[str, tuple[Fact, ...]] = {
    "another unit's state is not known": (*HOST, *STOPPED, publishes(unit("b.service"))),
    "two units": (*HOST, *STOPPED, publishes(unit("b.service")), unit_state("b.service", "inactive")),
    "another address": (*HOST, publishes(unit(), endpoint(port=9)), unit_state(active="inactive")),
    "table cut": (table(complete=False), processes(), *STOPPED),
    "table not seen": (processes(), *STOPPED),
    "an IPv6 socket that perhaps takes it": (table(listener("::")), processes(), *STOPPED),
    "it answered after the unit had stopped, by a log that names no upstream": (
        *HOST, *STOPPED, served(good=4, last_good=after(-60)), route()
    ),
    "it answered before, and when the unit stopped is not known": (
        *HOST, publishes(), unit_state(active="inactive", since=None, stopped=after(-7200)),
        served(good=4, last_good=after(-60)), route(),
    ),
    "it answered after the last line of the unit's journal": (
        *HOST, publishes(), unit_state(active="inactive", since=None), journal(journal_line(-7200, "Stopped app.")),
        served(good=4, last_good=after(-60)), route(),
    ),
    "it and another answered after the unit had stopped": (
        *HOST, *STOPPED, served(good=2, last_good=after(-60), upstreams=("127.0.0.1:8000", "127.0.0.1:9000"))
    ),
    "it answered after the unit had stopped": (
        *HOST, *STOPPED, served(good=4, last_good=after(-60), upstreams=("127.0.0.1:8000",))
    ),
}  # fmt: skip


@pytest.mark.parametrize("facts", SPARED.values(), ids=SPARED)
def test_spared(facts: tuple[Fact, ...]) -> None:
    open_still(not_running, case(), *facts)


def test_an_answer_of_before_the_stop_changes_nothing() -> None:
    before = served(good=4, last_good=after(-9000), upstreams=("127.0.0.1:8000",))
    proves(not_running, case(), *HOST, *STOPPED, before, by={"UnitState"})
    forgotten = unit_state(active="inactive", since=None)
    stop = journal(journal_line(-60, "Stopped app."))
    good = served(good=4, last_good=after(-90))
    proves(not_running, case(), *HOST, publishes(), forgotten, stop, route(), good, by={"UnitState"})


CLIENT = publishes(unit("check.service"), sure=False)


def test_what_may_connect_to_the_address_does_not_serve_it() -> None:
    check = (CLIENT, unit_state("check.service", "inactive"))
    open_still(not_running, case(), *HOST, *check)
    open_still(not_running, case(), *HOST, publishes(process(20), sure=False))
    assert proves(not_running, case(), *HOST, *STOPPED, *check, by={"UnitState"}).subject == unit()
    proves(not_running, case(), *HOST, *STOPPED, publishes(process(20), sure=False), by={"UnitState"})


def test_the_log_is_read_back_to_the_stop() -> None:
    known = Known(*HOST, *STOPPED, served(good=4, last_good=after(-60)), route())
    not_running.judge(case(), known)
    windows = [want.window for want in known.asked if want.kind is PastAnswers]
    assert windows == [Window(start=after(-7200) + SECONDS, end=case().window.start)]


def test_answers_of_a_group_are_another_servers() -> None:
    """A log that names no upstream does not tell which of them answered."""
    of_two = route(group=group(endpoint(), endpoint(port=8001)))
    proves(not_running, case(), *HOST, *STOPPED, of_two, served(good=4, last_good=after(-60)), by={"UnitState"})


def test_a_path_of_a_gateway_with_other_files_is_spared() -> None:
    gone = case(FailureId.CONNECT_NO_SOCKET, socket_path(place=ELSEWHERE))
    named = (publishes(unit(), socket_path()), unit_state(active="inactive"))
    open_still(not_running, gone, *HOST, *named)


def test_a_gateway_with_a_network_of_its_own_is_spared() -> None:
    inside = case(about=endpoint(place=ELSEWHERE))
    named = publishes(unit(), endpoint(place=endpoint().place.machine()))
    open_still(not_running, inside, table(place=ELSEWHERE), processes(), named, unit_state(active="inactive"))


@pytest.mark.parametrize("apart", [True, None])
def test_a_stopped_unit_with_a_network_of_its_own_is_spared(apart: bool | None) -> None:
    """Started, it would listen where the gateway cannot reach it."""
    open_still(not_running, case(), *HOST, publishes(apart=apart), unit_state(active="inactive"))


def test_a_unit_with_a_network_of_its_own_hides_none_that_has_the_hosts() -> None:
    beside = (publishes(unit("own.service"), apart=True), unit_state("own.service", "active"))
    proves(not_running, case(), *HOST, *STOPPED, *beside, by={"UnitState"})
    perhaps = (publishes(unit("own.service"), apart=None), unit_state("own.service", "active"))
    open_still(not_running, case(), *HOST, *STOPPED, *perhaps)


def test_another_host_is_spared() -> None:
    """A stopped unit here that binds all addresses does not serve the address of another host."""
    far = case(about=endpoint("192.0.2.9"))
    facts = (*HOST, own("192.0.2.7"), publishes(unit(), endpoint("0.0.0.0")), unit_state(active="inactive"))
    open_still(not_running, far, *facts)
    here = case(about=endpoint("192.0.2.7"))
    proves(not_running, here, *facts, by={"UnitState"})


def test_the_same_path_in_other_files_is_another_socket() -> None:
    gone = case(FailureId.CONNECT_NO_SOCKET, socket_path("/tmp/app.sock"))
    held = table(unix_listener("/tmp/app.sock", pids=(20,)))
    named = (publishes(unit(), socket_path("/tmp/app.sock")), unit_state(active="inactive"))
    open_still(not_running, gone, held, processes(info(20, place=ELSEWHERE)), *named)
    excludes(not_running, gone, held, processes(info(20)), *named)


def test_failures_that_reached_something_are_spared() -> None:
    for failed in (FailureId.RESPONSE_TIMEOUT, FailureId.CONNECT_TIMEOUT, FailureId.CLOSED_BEFORE_RESPONSE):
        spares(not_running, case(failed), *HOST, *STOPPED)


def test_blind() -> None:
    is_blind(not_running, case(), *HOST, *STOPPED)
    is_blind(not_running, case(), table(listener()), processes(), *STOPPED)
