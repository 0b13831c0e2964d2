"""application.crash-loop: restarts that fail, or the server's own word of a failed start."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, blind, said
from tests.causes.proving import is_blind, proves, spares
from tests.evidence import (
    after,
    below,
    case,
    info,
    journal,
    journal_line,
    message,
    process,
    processes,
    publishes,
    unit,
    unit_state,
)
from why502.causes.application.crash_loop import crash_loop
from why502.observations.failure import FailureId
from why502.observations.server import Says
from why502.observations.units import JournalLine, UnitState

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


LOOP = (
    journal_line(-40, "Started app.service - App."),
    journal_line(-38, "app.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED"),
    journal_line(-37, "app.service: Scheduled restart job, restart counter is at 1."),
    journal_line(-37, "Started app.service - App."),
    journal_line(-35, "app.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED"),
    journal_line(-34, "app.service: Scheduled restart job, restart counter is at 2."),
)
STOPPED = below(REFUSED, "application.not-running", unit())
SILENT = below(REFUSED, "network.nothing-listening")
FAILED = unit_state(active="failed", sub="failed", result="exit-code", restarts=5, stopped=after(-34))
AGAIN = unit_state(active="activating", sub="auto-restart", result="exit-code", restarts=2)


def test_starts_that_ended_one_after_the_other_prove_it_of_a_stopped_unit() -> None:
    proof = proves(crash_loop, STOPPED, FAILED, journal(*LOOP), by={"UnitState", "UnitJournal"})
    assert proof.subject == unit()
    assert "given it up" not in proof.says
    limit = (*LOOP, journal_line(-34, "app.service: Start request repeated too quickly."))
    assert "given it up" in proves(crash_loop, STOPPED, FAILED, journal(*limit), by=set()).says


@pytest.mark.parametrize("state", [AGAIN, unit_state(restarts=3)], ids=["between two starts", "in a start"])
def test_they_prove_it_of_the_only_unit_that_should_listen(state: UnitState) -> None:
    facts = (publishes(), publishes(process(20)), processes(info(20)), state, journal(*LOOP))
    proof = proves(crash_loop, SILENT, *facts, by={"Publishes", "UnitState", "UnitJournal"})
    assert proof.subject == unit()


OTHERS = [
    ("one start ended", AGAIN, LOOP[:4]),
    ("not restarted", replace(AGAIN, restarts=1), LOOP),
    ("stopped by a person", unit_state(active="inactive", sub="dead", restarts=5), LOOP),
    ("the last start lives", unit_state(restarts=5), tuple(replace(e, at=e.at - timedelta(minutes=5)) for e in LOOP)),
    ("long ago", AGAIN, tuple(replace(each, at=each.at - timedelta(hours=2)) for each in LOOP)),
    ("by a signal", AGAIN, tuple(replace(e, text=e.text.replace("exited,", "killed,")) for e in LOOP)),
    ("by a clean exit", AGAIN, tuple(replace(e, text=e.text.replace("status=3/", "status=0/")) for e in LOOP)),
    ("its own words", AGAIN, tuple(replace(each, pid=20) for each in LOOP)),
    ("of another unit", AGAIN, tuple(replace(e, text=e.text.replace("app.service", "db.service")) for e in LOOP)),
]  # fmt: skip


@pytest.mark.parametrize(("state", "lines"), [each[1:] for each in OTHERS], ids=[each[0] for each in OTHERS])
def test_what_only_looks_alike(state: UnitState, lines: tuple[JournalLine, ...]) -> None:
    spares(crash_loop, SILENT, publishes(), processes(), state, journal(*lines))


def test_two_that_should_listen_or_another_process_leave_it_open() -> None:
    facts = (publishes(), processes(info(30, unit="web.service")), AGAIN, journal(*LOOP))
    spares(crash_loop, SILENT, *facts, publishes(process(30)))
    spares(crash_loop, SILENT, *facts, publishes(unit("web.service")), unit_state("web.service"))
    is_blind(crash_loop, SILENT, publishes(), processes(), AGAIN, journal(*LOOP))
    is_blind(crash_loop, STOPPED, FAILED, journal(*LOOP))
