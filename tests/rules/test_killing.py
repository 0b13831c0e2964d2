from datetime import timedelta
from typing import Any

import pytest

from tests.evidence import (
    START,
    Known,
    after,
    app_server,
    case,
    info,
    kernel_log,
    listener,
    message,
    oom_kill,
    processes,
    publishes,
    seen,
    table,
    unit,
    unit_state,
)
from why502.observations.failure import FailureId
from why502.observations.memory import OomKill
from why502.observations.place import Window
from why502.observations.processes import ProcessInfo
from why502.observations.server import Says
from why502.rules.killing import killed_at_failure, killed_unit


def of_unit(kill: OomKill, **state: Any) -> OomKill | None:
    stopped = unit_state(active="failed", **{"result": "oom-kill", "since": after(3), "stopped": after(3), **state})
    return killed_unit(kernel_log(kill), unit(), stopped)


def test_a_kill_in_the_units_own_cgroup_before_it_stopped() -> None:
    assert of_unit(oom_kill(at=2)) == oom_kill(at=2)
    assert of_unit(oom_kill(at=2), result="signal", exit_status=9) == oom_kill(at=2)
    assert of_unit(oom_kill(at=2, cgroup="/system.slice/app.service/worker")) is not None


@pytest.mark.parametrize(
    ("kill", "state"),
    [
        (oom_kill(at=2, cgroup="/system.slice/other.service"), {}),
        (oom_kill(at=2, cgroup="/system.slice/app.service.d"), {}),
        (oom_kill(at=2), {"result": "exit-code"}),
        (oom_kill(at=2), {"result": "success"}),
        (oom_kill(at=2), {"result": "signal", "exit_status": 11}),
        (oom_kill(at=-40), {"result": "signal", "exit_status": 9}),
        (oom_kill(at=-90), {}),
        (oom_kill(at=30), {}),
    ],
    ids=["other unit", "like name", "exit code", "stopped", "crash", "long before", "much earlier", "later"],
)
def test_a_kill_that_did_not_stop_the_unit(kill: OomKill, state: dict[str, Any]) -> None:
    assert of_unit(kill, **state) is None


def test_without_the_units_state_nothing_is_told() -> None:
    assert killed_unit(kernel_log(oom_kill()), unit(), None) is None
    assert of_unit(oom_kill(), since=None, stopped=None) is None


RESET = case(FailureId.RESET_BEFORE_RESPONSE)
SERVER = info(20, "gunicorn")


def at_failure(kill: OomKill, *more: ProcessInfo, told: bool = False, end: float = 10.0) -> str | None:
    lines = (message(Says.WORKER_KILLED, pid=kill.pid),) if told else ()
    known = Known(table(listener(pids=(20,))), processes(SERVER, *more), app_server(20), *lines)
    long = case(FailureId.RESET_BEFORE_RESPONSE, seen=seen(Window(start=START, end=after(end))))
    known.window = long.window
    found = killed_at_failure(long, known, kernel_log(kill))
    return None if found is None else found[1]


def test_a_worker_that_the_servers_own_log_names() -> None:
    assert at_failure(oom_kill(31, "python3", cgroup="/user.slice/session-1.scope"), told=True) == "app.service"


def test_a_worker_of_the_servers_own_cgroup() -> None:
    assert at_failure(oom_kill(31, "gunicorn"), info(32, "gunicorn", parent=20)) == "app.service"


def test_in_a_cgroup_of_many_the_server_has_to_have_replaced_it() -> None:
    """As in a container or under a supervisor: the victim may be of another server, which is gone since."""
    shared = "/docker/4f1a"
    kill = oom_kill(31, "gunicorn", cgroup=shared, at=2)
    master = info(20, "gunicorn", cgroup=shared, unit=None)
    for started, found in ((after(3), True), (after(1.5), True), (after(0), False), (after(60), False)):
        worker = info(32, "gunicorn", parent=20, cgroup=shared, unit=None, started=started)
        known = Known(table(listener(pids=(20,))), processes(master, worker), app_server(20, unit=None))
        assert (killed_at_failure(RESET, known, kernel_log(kill)) is not None) is found


def test_a_program_of_the_same_name_beside_it_may_be_the_victim() -> None:
    assert at_failure(oom_kill(31, "gunicorn"), info(40, "gunicorn", parent=1)) is None


@pytest.mark.parametrize(
    "kill",
    [
        oom_kill(31, "celery"),
        oom_kill(31, "gunicorn", cgroup="/system.slice/other.service"),
        oom_kill(31, "gunicorn", at=-60),
        oom_kill(31, "gunicorn", at=60),
    ],
    ids=["other name", "other cgroup", "before", "after"],
)
def test_another_kill_is_none_of_this_server(kill: OomKill) -> None:
    assert at_failure(kill) is None


def test_a_shared_cgroup_is_nobodys_own() -> None:
    for cgroup in ("", "/", "/user.slice/user-0.slice/session-4.scope", "/init.scope"):
        known = Known(table(listener(pids=(20,))), processes(info(20, "gunicorn", cgroup=cgroup)), app_server(20))
        assert killed_at_failure(RESET, known, kernel_log(oom_kill(31, "gunicorn", cgroup=cgroup))) is None


def test_in_a_long_window_of_many_failures_a_kill_in_the_midst_proves_nothing() -> None:
    kill = oom_kill(31, "gunicorn", at=300)
    assert at_failure(kill, end=600) is None
    assert at_failure(oom_kill(31, "gunicorn", at=2), end=600) == "app.service"
    assert timedelta(seconds=600) > timedelta(seconds=60)


def test_without_the_holder_nothing_is_told() -> None:
    assert killed_at_failure(RESET, Known(processes(SERVER)), kernel_log(oom_kill())) is None
    unprivileged = Known(table(listener(), owners=False), processes(SERVER))
    assert killed_at_failure(RESET, unprivileged, kernel_log(oom_kill(31, "gunicorn"))) is None


def test_a_unit_that_alone_names_the_address_is_meant_unless_it_has_a_network_of_its_own() -> None:
    kill = oom_kill(31, "python3")
    known = (table(), processes(), unit_state())
    assert killed_at_failure(RESET, Known(*known, publishes()), kernel_log(kill)) == (kill, "app.service")
    assert killed_at_failure(RESET, Known(*known, publishes(apart=True)), kernel_log(kill)) is None
