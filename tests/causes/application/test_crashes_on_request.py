"""application.crashes-on-request: hung up on again, on a fresh connection."""

from dataclasses import replace

import pytest

from tests.causes.grades import COMPATIBLE, NAMED, SPECIFIC, Excluded, blind, said, told
from tests.evidence import (
    after,
    app_server,
    case,
    gateway,
    handshake,
    info,
    listener,
    message,
    processes,
    response,
    route,
    seen,
    table,
)
from why502.causes.application.crashes_on_request import crashes_on_request
from why502.observations.failure import FailureId
from why502.observations.probes import Handshake, Reply
from why502.observations.server import Says

CLOSED = case(FailureId.CLOSED_BEFORE_RESPONSE)
SERVED = (table(listener(pids=(20,))), app_server())


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply.CLOSED, SPECIFIC),
        (Reply.RESET, SPECIFIC),
        (Reply.ANSWERED, COMPATIBLE),
        (Reply.TIMED_OUT, COMPATIBLE),
    ],
)
def test_the_same_request_again(reply: Reply, verdict: object) -> None:
    assert said(crashes_on_request, CLOSED, route(), gateway(), response(None, reply)) is verdict


def test_it_spares_a_port_that_speaks_tls() -> None:
    closed = response(None, Reply.CLOSED)
    assert said(crashes_on_request, CLOSED, route(), closed, handshake()) is COMPATIBLE
    assert said(crashes_on_request, CLOSED, route(), closed, handshake(Handshake.CLOSED)) is SPECIFIC


def test_the_server_says_that_a_worker_died() -> None:
    assert said(crashes_on_request, CLOSED, *SERVED, message(Says.WORKER_DIED)) is NAMED
    assert said(crashes_on_request, CLOSED, *SERVED, message(Says.WORKER_DIED, at=-300)) is COMPATIBLE


def test_it_spares_a_worker_that_its_supervisor_killed_and_a_memory_limit() -> None:
    aborted = (message(Says.WORKER_TIMEOUT), message(Says.WORKER_DIED))
    assert said(crashes_on_request, CLOSED, *SERVED, *aborted) is COMPATIBLE
    line = message(Says.WORKER_DIED)
    heap = replace(line, seen=seen(line.seen.at, raw="FATAL ERROR: JavaScript heap out of memory"))
    assert said(crashes_on_request, CLOSED, *SERVED, heap) is COMPATIBLE


def test_a_worker_younger_than_our_own_request() -> None:
    ours = told(FailureId.CLOSED_BEFORE_RESPONSE, live=True)
    reborn = processes(info(20), info(21, started=after(3)))
    assert said(crashes_on_request, ours, table(listener(pids=(20, 21))), reborn) is SPECIFIC
    assert said(crashes_on_request, CLOSED, table(listener(pids=(20, 21))), reborn) is COMPATIBLE


def test_it_spares_what_the_message_names_otherwise() -> None:
    named = told(FailureId.INVALID_RESPONSE, named="application.bad-length")
    assert said(crashes_on_request, named) is Excluded


def test_it_is_blind_without_evidence() -> None:
    assert blind(crashes_on_request)
