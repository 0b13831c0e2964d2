"""overload.memory-limit: the runtime's own message names it; a worker that died otherwise does not."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, blind, said
from tests.causes.proving import is_blind, proves, spares
from tests.evidence import after, app_server, below, case, listener, message, seen, table, unit, unit_state
from why502.causes.overload.memory_limit import memory_limit
from why502.observations.failure import FailureId
from why502.observations.server import Says, ServerMessage
from why502.observations.units import UnitState


@pytest.mark.parametrize(
    ("says", "raw", "verdict"),
    [
        (Says.WORKER_DIED, "FATAL ERROR: Reached heap limit - JavaScript heap out of memory", NAMED),
        (Says.REQUEST_FAILED, "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted", NAMED),
        (Says.WORKER_DIED, "Worker (pid:20) was sent SIGSEGV!", COMPATIBLE),
    ],
)
def test_the_runtime_says_it(says: Says, raw: str, verdict: object) -> None:
    line = message(says)
    line = replace(line, seen=seen(line.seen.at, raw=raw))
    facts = (table(listener(pids=(20,))), app_server(), line)
    assert said(memory_limit, case(FailureId.CLOSED_BEFORE_RESPONSE), *facts) is verdict


STOPPED = below(case(FailureId.CONNECT_REFUSED), "application.not-running", unit())
ABORTED = unit_state(active="failed", result="core-dump", exit_status=6, stopped=after(-1200))


def heap(at: float) -> ServerMessage:
    line = message(Says.WORKER_DIED, unit(), at=at)
    raw = "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory"
    return replace(line, seen=seen(line.seen.at, raw=raw))


@pytest.mark.parametrize("result", ["core-dump", "signal"])
def test_an_abort_right_after_the_message_proves_it_of_a_stopped_unit(result: str) -> None:
    state = replace(ABORTED, result=result)
    proof = proves(memory_limit, STOPPED, heap(-1201), state, by={"ServerMessage", "UnitState"})
    assert proof.subject == unit()


@pytest.mark.parametrize(
    "state",
    [
        replace(ABORTED, result="signal", exit_status=9),
        replace(ABORTED, result="exit-code"),
        replace(ABORTED, stopped=after(-600)),
        unit_state(active="inactive", stopped=after(-1200)),
    ],
    ids=["killed", "an exit status", "later", "stopped by a person"],
)
def test_another_end_does_not_prove_it(state: UnitState) -> None:
    spares(memory_limit, STOPPED, heap(-1201), state)


def test_an_abort_for_another_reason_does_not_prove_it() -> None:
    spares(memory_limit, STOPPED, message(Says.WORKER_DIED, unit(), at=-1201), ABORTED)


def test_it_is_blind_without_evidence() -> None:
    assert blind(memory_limit)
    is_blind(memory_limit, STOPPED, ABORTED)
