"""overload.memory-limit: the runtime's own message names it; a worker that died otherwise does not."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, blind, said
from tests.evidence import app_server, case, listener, message, seen, table
from why502.causes.overload.memory_limit import memory_limit
from why502.observations.failure import FailureId
from why502.observations.server import Says


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


def test_it_is_blind_without_evidence() -> None:
    assert blind(memory_limit)
