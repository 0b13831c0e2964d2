from tests.evidence import (
    LATER,
    Known,
    after,
    case,
    endpoint,
    idle_close,
    info,
    listener,
    net,
    past,
    processes,
    response,
    seen,
    table,
)
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import IdleClose, ResponseAttempt
from why502.observations.processes import ProcessInfo
from why502.observations.sockets import SocketTable
from why502.observations.want import As, Gap, Held, Open, Stale, Want, Why
from why502.rules.lasting import lasting
from why502.rules.slowness import past_want

RESET = case(FailureId.RESET_BEFORE_RESPONSE)
TABLE = Want(kind=SocketTable, about=net())
IDLE = Want(kind=IdleClose, about=endpoint())
LATE = seen(LATER)


def known(*infos: ProcessInfo, more: tuple[Fact, ...] = ()) -> Known:
    """All of it was seen an hour after the failure."""
    return Known(table(listener(pids=(20,)), seen=LATE), processes(*infos, seen=LATE), idle_close(seen=LATE), *more)


def test_what_older_processes_do_now_they_did_then() -> None:
    old = known(info(20))
    assert isinstance(old.ask(TABLE), Stale)
    assert isinstance(lasting(RESET, old).ask(TABLE), Held)
    assert isinstance(lasting(RESET, old).ask(IDLE), Held)


def test_a_younger_process_says_nothing_of_then() -> None:
    young = known(info(20, started=after(60)))
    assert isinstance(lasting(RESET, young).ask(TABLE), Stale)


def test_a_younger_worker_says_nothing_but_by_the_settings_of_its_master() -> None:
    worker = known(info(20), info(21, parent=20, started=after(60)))
    assert isinstance(lasting(RESET, worker).ask(IDLE), Stale)
    assert isinstance(lasting(RESET, worker, master=True).ask(IDLE), Held)


def test_what_does_not_hang_on_the_process_stays_as_it_is() -> None:
    """Least of all how it answers: what fails for a while may be sound now, by the same process."""
    evidence = lasting(RESET, known(info(20), more=(past(seen=LATE), response(seen=LATE))))
    assert isinstance(evidence.ask(past_want(RESET)), Stale)
    assert isinstance(evidence.ask(Want(kind=ResponseAttempt, about=endpoint(), how=As())), Stale)


def test_gaps_and_what_was_not_looked_at_stay() -> None:
    old = known(info(20)).gap(IdleClose, endpoint(), Why.TIMED_OUT)
    assert isinstance(lasting(RESET, old).ask(IDLE), Gap)
    assert isinstance(lasting(RESET, known(info(20))).ask(Want(kind=IdleClose, about=endpoint(port=1))), Open)
    assert isinstance(lasting(RESET, Known()).ask(TABLE), Open)
