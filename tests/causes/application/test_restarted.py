"""application.restarted: processes younger than the failure, and a stop that was asked for."""

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import after, app_server, case, info, listener, message, processes, table, unit_state
from why502.causes.application.restarted import restarted
from why502.observations.failure import FailureId
from why502.observations.server import Says

RESET = case(FailureId.RESET_BEFORE_RESPONSE)
OLD = (table(listener(pids=(20,))), processes(info(20)), app_server())
YOUNG = (table(listener(pids=(20,))), processes(info(20, started=after(20))), app_server())


def test_a_stop_that_was_asked_for_and_younger_processes() -> None:
    assert said(restarted, RESET, *YOUNG, message(Says.STOPPING)) is NAMED
    assert said(restarted, RESET, *YOUNG) is SPECIFIC


def test_it_spares_processes_older_than_the_failure_and_crashes() -> None:
    assert said(restarted, RESET, *OLD) is Excluded
    refused = told(FailureId.CONNECT_REFUSED, live=True)
    assert said(restarted, refused, *OLD[:2]) is Excluded
    assert said(restarted, refused, *YOUNG[:2]) is COMPATIBLE
    assert said(restarted, RESET, *YOUNG, unit_state(restarts=2)) is COMPATIBLE
    assert said(restarted, told(FailureId.RESET_BEFORE_RESPONSE, live=True), *YOUNG) is COMPATIBLE


def test_the_age_of_a_relay_tells_nothing() -> None:
    relay = (table(listener(pids=(20,))), processes(info(20, "docker-proxy")), app_server())
    assert said(restarted, RESET, *relay) is COMPATIBLE


def test_it_is_blind_without_evidence() -> None:
    assert blind(restarted)
