from typing import Any

from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import (
    after,
    app_server,
    case,
    connection,
    connections,
    endpoint,
    group,
    info,
    listener,
    message,
    processes,
    route,
    settings,
    socket_path,
    table,
    unix_listener,
)
from why502.causes.overload.workers_busy import workers_busy
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Window
from why502.observations.server import Says
from why502.observations.verdict import Grade, Suspected

FIRST, THEN = Window.instant(after(0)), Window.instant(after(1))
HUNG = case(FailureId.RESPONSE_TIMEOUT, moments=(FIRST, THEN))
BUSY = (connection(1, 5), connection(2, 6))
QUEUED = (connections(*BUSY, at=FIRST), connections(*BUSY, connection(3, 0), at=THEN))
SERVED: tuple[Fact, ...] = (table(listener(pids=(20, 21))), processes(info(20), info(21, parent=20)))


def server(**more: Any) -> Fact:
    return app_server(20, **{"keepalive": 0.0, **more})


def test_proved_by_our_request_in_the_queue_while_every_worker_has_one() -> None:
    verdict = proves(workers_busy, HUNG, *SERVED, server(), *QUEUED, by={"Connections", "AppServer"})
    assert "2 workers" in verdict.says


def test_proved_at_a_unix_socket() -> None:
    path = socket_path()
    rows = tuple(connection(0, each, local=path.path, remote="") for each in (5, 6))
    waits = connection(0, 0, local=path.path, remote="")
    facts = (
        table(unix_listener(pids=(20,))), processes(info(20)), server(product="php-fpm"),
        connections(*rows, about=path, at=FIRST), connections(*rows, waits, about=path, at=THEN),
    )  # fmt: skip
    asked = case(FailureId.RESPONSE_TIMEOUT, path, moments=(FIRST, THEN))
    proves(workers_busy, asked, *facts, by={"Connections", "AppServer"})


def test_a_request_that_was_taken_at_once_contradicts_it() -> None:
    taken = (QUEUED[0], connections(*BUSY, connection(3, 7), at=THEN))
    excludes(workers_busy, HUNG, *SERVED, server(), *taken)


def test_a_stopped_server_contradicts_it() -> None:
    stopped = processes(info(20, state="T"), info(21, parent=20, state="T"))
    excludes(workers_busy, HUNG, SERVED[0], stopped, server(), *QUEUED)


def test_a_server_that_is_stopped_in_part_is_spared() -> None:
    half = processes(info(20), info(21, parent=20, state="T"))
    open_still(workers_busy, HUNG, SERVED[0], half, server(), *QUEUED)


def test_free_workers_are_spared() -> None:
    """Nobody accepts although workers are free: it hangs."""
    open_still(workers_busy, HUNG, *SERVED, server(capacity=4), *QUEUED)


def test_a_server_without_a_known_capacity_is_spared() -> None:
    open_still(workers_busy, HUNG, *SERVED, server(capacity=None, product="node"), *QUEUED)
    open_still(workers_busy, HUNG, *SERVED, server(about=info(99).process), *QUEUED)


def test_an_event_loop_has_no_workers_to_be_busy() -> None:
    verdict = open_still(workers_busy, HUNG, *SERVED, server(capacity=2, product="uvicorn"), *QUEUED)
    assert isinstance(verdict, Suspected)
    assert verdict.grade is Grade.COMPATIBLE


KEEPS = route(group=group(keepalive=16), settings=settings(http_version="1.1"))


def test_idle_kept_connections_are_no_requests() -> None:
    threads = server(keepalive=2.0, product="gunicorn")
    open_still(workers_busy, HUNG, *SERVED, threads, *QUEUED, KEEPS)
    open_still(workers_busy, HUNG, *SERVED, threads, *QUEUED)
    proves(workers_busy, HUNG, *SERVED, threads, *QUEUED, route(), by={"AppServer"})


def test_two_servers_on_one_port_are_spared() -> None:
    shared = table(listener(pids=(20,), inode=1), listener(pids=(30,), inode=2))
    open_still(workers_busy, HUNG, shared, processes(info(20), info(30)), server(), app_server(30), *QUEUED)


def test_a_failure_that_was_not_seen_waiting_is_spared() -> None:
    open_still(workers_busy, case(FailureId.RESPONSE_TIMEOUT), *SERVED, server(), *QUEUED)
    spares(workers_busy, HUNG, *SERVED, server(), QUEUED[0])


def test_the_servers_own_message_names_it_and_proves_nothing() -> None:
    full = message(Says.POOL_FULL)
    verdict = open_still(workers_busy, case(FailureId.RESPONSE_TIMEOUT), *SERVED, server(), full)
    assert isinstance(verdict, Suspected)
    assert verdict.grade is Grade.NAMED
    long_before = message(Says.POOL_FULL, at=-900)
    quiet = open_still(workers_busy, case(FailureId.RESPONSE_TIMEOUT), *SERVED, server(), long_before)
    assert isinstance(quiet, Suspected)
    assert quiet.grade is Grade.COMPATIBLE
    assert endpoint() == HUNG.failure.about


def test_blind() -> None:
    is_blind(workers_busy, HUNG, *SERVED, server(), *QUEUED)
