from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import (
    START,
    Known,
    after,
    app_server,
    below,
    case,
    endpoint,
    info,
    kernel_log,
    listener,
    message,
    oom_kill,
    own,
    processes,
    table,
    unit,
    unit_state,
)
from why502.causes.overload.out_of_memory import out_of_memory
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.place import Window
from why502.observations.server import Says
from why502.observations.verdict import Suspected

RESET = case(FailureId.RESET_BEFORE_RESPONSE)
STOPPED = below(case(), "application.not-running", unit())
FAILED = unit_state(active="failed", result="oom-kill", since=after(3), stopped=after(3))
SERVED: tuple[Fact, ...] = (table(listener(pids=(20,))), processes(info(20, "gunicorn")), app_server(20))
WORKER = oom_kill(31, "gunicorn", resident_kib=204_800)


def test_proved_by_a_kill_in_the_stopped_units_cgroup() -> None:
    verdict = proves(out_of_memory, STOPPED, kernel_log(oom_kill()), FAILED, by={"OomKill", "UnitState"})
    assert verdict.subject == unit()


def test_proved_by_a_worker_killed_at_the_failure() -> None:
    verdict = proves(out_of_memory, RESET, *SERVED, kernel_log(WORKER), by={"OomKill"})
    assert "200 MiB" in verdict.says
    named = message(Says.WORKER_KILLED, pid=31)
    shared = oom_kill(31, "python3", cgroup="/user.slice")
    proves(out_of_memory, RESET, *SERVED, named, kernel_log(shared), by={"OomKill"})


def test_a_whole_log_without_kills_contradicts_it() -> None:
    excludes(out_of_memory, RESET, *SERVED, kernel_log())
    excludes(out_of_memory, STOPPED, FAILED, kernel_log())


def test_a_log_that_does_not_reach_back_is_spared() -> None:
    short = kernel_log(covers=Window(start=START, end=after(10)))
    open_still(out_of_memory, RESET, *SERVED, short)
    open_still(out_of_memory, RESET, *SERVED, kernel_log(complete=False))
    long_ago = unit_state(active="failed", since=after(-90_000), stopped=after(-90_000))
    open_still(out_of_memory, STOPPED, long_ago, kernel_log())


def test_the_log_of_this_host_says_nothing_of_another() -> None:
    far = case(FailureId.RESET_BEFORE_RESPONSE, endpoint("192.0.2.9"))
    open_still(out_of_memory, far, own("192.0.2.7"), kernel_log())
    excludes(out_of_memory, far, own("192.0.2.9"), kernel_log())


def test_kills_of_others_are_spared() -> None:
    for kill in (oom_kill(31, "mysqld", cgroup="/system.slice/mysql.service"), oom_kill(31, "celery")):
        open_still(out_of_memory, RESET, *SERVED, kernel_log(kill))
    other = kernel_log(oom_kill(cgroup="/system.slice/mysql.service"))
    open_still(out_of_memory, STOPPED, FAILED, other)
    two = out_of_memory.judge(STOPPED, Known(FAILED, kernel_log(*other.kills, *other.kills)))
    assert isinstance(two, Suspected)
    assert two.says == "the kernel killed 2 processes for memory, not shown to be of this application"


def test_a_program_of_the_same_name_beside_it_is_spared() -> None:
    two = processes(info(20, "gunicorn"), info(40, "gunicorn"))
    open_still(out_of_memory, RESET, SERVED[0], two, SERVED[2], kernel_log(WORKER))


def test_a_unit_that_stopped_for_another_reason_is_spared() -> None:
    for result in ("exit-code", "success", "timeout"):
        stopped = unit_state(active="failed", result=result, since=after(3), stopped=after(3))
        spares(out_of_memory, STOPPED, kernel_log(oom_kill()), stopped)
    spares(out_of_memory, STOPPED, kernel_log(oom_kill()))


def test_blind() -> None:
    is_blind(out_of_memory, STOPPED, kernel_log(oom_kill()), FAILED)
    is_blind(out_of_memory, RESET, *SERVED)
