"""application.hangs: proven only where every process that could take the request is stopped, and none took ours."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, SPECIFIC, Irrelevant, Proven, blind, said, verdict
from tests.evidence import (
    LATER,
    after,
    app_server,
    below,
    case,
    connection,
    connections,
    info,
    listener,
    process,
    processes,
    response,
    route,
    seen,
    table,
)
from why502.causes.application.hangs import hangs
from why502.observations import verdict as verdicts
from why502.observations.failure import FailureId
from why502.observations.place import Window
from why502.observations.probes import Reply

WAITING = case(FailureId.RESPONSE_TIMEOUT)
SERVED = table(listener(pids=(20, 21)))
ALL = processes(info(20, state="T"), info(21, state="T"))
SILENT = (route(), response(None, Reply.TIMED_OUT))


def test_all_stopped_and_a_fresh_request_left_alone_prove_it() -> None:
    found = verdict(hangs, WAITING, SERVED, ALL, *SILENT)
    assert isinstance(found, verdicts.Proven)
    assert found.subject == process(20)
    assert found.fixes[0].commands == ("kill -CONT 20 21",)
    assert found.fixes[0].risk is verdicts.Risk.NONE, "nothing is restarted"


def test_a_request_that_waits_in_the_queue_proves_it_too() -> None:
    first, then = Window.instant(after(0)), Window.instant(after(1))
    moments = case(FailureId.RESPONSE_TIMEOUT, moments=(first, then))
    waits = (connections(at=first), connections(connection(5, 0), at=then))
    assert said(hangs, moments, SERVED, ALL, *waits) is Proven
    taken = (connections(at=first), connections(connection(5, 77), at=then))
    assert said(hangs, moments, SERVED, ALL, *taken) is SPECIFIC


@pytest.mark.parametrize(
    "facts",
    [
        (SERVED, ALL),  # nothing shows that it lasted
        (SERVED, ALL, route(), response()),  # a fresh request was answered
        (SERVED, processes(info(20, state="T"), info(21)), *SILENT),  # one of them could take it
        (SERVED, processes(info(20, state="T")), *SILENT),  # one of them is not known
        (SERVED, processes(info(20, state="t"), info(21, state="t")), *SILENT),  # traced, perhaps for a moment
        (replace(SERVED, owners=False), ALL, *SILENT),  # there may be more holders
        (table(listener(pids=(20, 21)), listener("0.0.0.0", pids=(22,))), ALL, *SILENT),  # another listener
        (table(listener(pids=(20, 21)), listener(inode=7)), ALL, *SILENT),  # one whose holder is not known
        (SERVED, replace(ALL, seen=seen(LATER)), *SILENT),  # stopped later
    ],
)
def test_every_hole_is_closed(facts: tuple[object, ...]) -> None:
    assert said(hangs, WAITING, *facts) is SPECIFIC  # type: ignore[arg-type]


def test_what_is_stopped_is_offered_to_go_on_and_what_a_debugger_holds_is_not() -> None:
    for states, commands in (("Tt", ["kill -CONT 20"]), ("tt", [])):
        held = processes(info(20, state=states[0]), info(21, state=states[1]))
        found = verdict(hangs, WAITING, SERVED, held, *SILENT)
        assert isinstance(found, verdicts.Suspected)
        assert [command for fix in found.fixes for command in fix.commands] == commands


@pytest.mark.parametrize(
    ("product", "inode", "grade"),
    [("uvicorn", 0, SPECIFIC), ("node", 0, SPECIFIC), ("gunicorn", 0, COMPATIBLE), ("node", 77, COMPATIBLE)],
    ids=["a loop", "another", "a pool of workers", "taken"],
)
def test_an_event_loop_that_takes_no_connection_is_blocked(product: str, inode: int, grade: object) -> None:
    first, then = Window.instant(after(0)), Window.instant(after(1))
    waits = (connections(at=first), connections(connection(5, inode), at=then))
    facts = (table(listener(pids=(20,))), processes(info(20)), app_server(product=product, capacity=None))
    assert said(hangs, case(FailureId.RESPONSE_TIMEOUT, moments=(first, then)), *facts, *waits) is grade


def test_without_rights_a_stopped_server_that_names_the_address_is_suspected() -> None:
    unseen = table(listener(), owners=False)
    stopped = processes(info(20, state="T"), info(21, parent=20, state="T"))
    assert said(hangs, WAITING, unseen, stopped, app_server()) is SPECIFIC
    assert said(hangs, WAITING, unseen, processes(info(20), info(21, parent=20, state="T")), app_server()) is COMPATIBLE


def test_it_spares_what_runs_and_other_failures() -> None:
    assert said(hangs, WAITING, SERVED, processes(info(20), info(21)), *SILENT) is COMPATIBLE
    assert said(hangs, case(FailureId.CONNECT_REFUSED), SERVED, ALL) is Irrelevant
    assert said(hangs, below(WAITING, "overload.workers-busy"), SERVED, ALL, *SILENT) is SPECIFIC


def test_it_is_blind_without_evidence() -> None:
    assert blind(hangs)
