"""application.starting: a service that was started shortly before and does not listen yet."""

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Excluded, blind, said
from tests.causes.proving import is_blind, proves, spares
from tests.evidence import (
    after,
    app_server,
    below,
    case,
    info,
    journal,
    journal_line,
    listener,
    process,
    processes,
    publishes,
    socket_path,
    table,
    unit,
    unit_state,
)
from why502.causes.application.starting import starting
from why502.observations.fact import Fact
from why502.observations.failure import FailureId


@pytest.mark.parametrize(("age", "verdict"), [(5, SPECIFIC), (3600, COMPATIBLE), (-60, COMPATIBLE)])
def test_the_age_of_a_silent_service_decides(age: float, verdict: object) -> None:
    state = unit_state(started=after(-age))
    assert said(starting, case(FailureId.CONNECT_REFUSED), table(), publishes(), state) is verdict


def test_it_spares_what_listens_or_is_old() -> None:
    facts = (table(listener(pids=(20,))), processes(info(20)), app_server())
    assert said(starting, case(FailureId.CONNECT_REFUSED), *facts) is Excluded
    assert said(starting, case(FailureId.RESPONSE_TIMEOUT), *facts) is Excluded


SILENT = below(case(FailureId.CONNECT_REFUSED), "network.nothing-listening")
PREPARES = unit_state(active="activating", sub="start-pre", main_pid=0)
STARTS = unit_state(active="activating", sub="start", main_pid=20)


def test_systemd_says_that_it_is_being_started() -> None:
    proof = proves(starting, SILENT, publishes(), processes(), PREPARES, by={"Publishes", "UnitState"})
    assert proof.subject == unit()
    about = socket_path()
    missing = below(case(FailureId.CONNECT_NO_SOCKET, about), "gateway.socket-missing")
    proves(starting, missing, publishes(unit(), about), processes(), PREPARES, by={"UnitState"})


def test_a_main_process_that_listens_nowhere_yet_is_being_started() -> None:
    facts = (publishes(), publishes(process(20)), processes(info(20)), STARTS)
    proves(starting, SILENT, *facts, table(), by={"UnitState", "SocketTable", "ProcessTable"})
    spares(starting, SILENT, *facts, table(listener(port=9000, pids=(20,))))
    spares(starting, SILENT, *facts, table(owners=False))


@pytest.mark.parametrize(
    "facts",
    [
        (unit_state(started=after(-5)),),
        (unit_state(active="activating", sub="auto-restart"),),
        (unit_state(active="activating", sub="start-pre", main_pid=0, restarts=1),),
        (PREPARES, publishes(unit("web.service")), unit_state("web.service")),
        (
            PREPARES,
            journal(
                journal_line(-9, "Starting app.service - App..."),
                journal_line(-8, "app.service: Main process exited, code=exited, status=1/FAILURE"),
            ),
        ),
    ],
    ids=["its own process runs", "between two starts", "a second start", "two units", "a start ended before"],
)
def test_what_only_looks_alike(facts: tuple[Fact, ...]) -> None:
    spares(starting, SILENT, publishes(), processes(), table(), *facts)


def test_it_is_blind_without_evidence() -> None:
    assert blind(starting)
    is_blind(starting, SILENT, publishes(), processes(), PREPARES)
