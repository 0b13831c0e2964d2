"""application.crash-loop: restarts that fail, or the server's own word of a failed start."""

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, blind, said
from tests.evidence import below, case, message, publishes, unit, unit_state
from why502.causes.application.crash_loop import crash_loop
from why502.observations.failure import FailureId
from why502.observations.server import Says

REFUSED = case(FailureId.CONNECT_REFUSED)


@pytest.mark.parametrize(
    ("restarts", "sub", "result", "verdict"),
    [
        (4, "auto-restart", "exit-code", SPECIFIC),
        (5, "failed", "start-limit-hit", SPECIFIC),
        (0, "dead", "exit-code", COMPATIBLE),
        (3, "running", "success", COMPATIBLE),
    ],
)
def test_the_unit_tells(restarts: int, sub: str, result: str, verdict: object) -> None:
    state = unit_state(active="activating", restarts=restarts, sub=sub, result=result)
    assert said(crash_loop, REFUSED, publishes(), state) is verdict
    stopped = below(REFUSED, "application.not-running", unit())
    assert said(crash_loop, stopped, state) is verdict


def test_its_own_message_names_it() -> None:
    assert said(crash_loop, REFUSED, publishes(), message(Says.BOOT_FAILED, unit(), at=-600)) is NAMED
    assert said(crash_loop, REFUSED, publishes(), message(Says.BOOT_FAILED, unit(), at=-7200)) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(crash_loop)
