from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import (
    LATER,
    after,
    app_server,
    case,
    group,
    idle_close,
    info,
    listener,
    logged,
    processes,
    response,
    route,
    seen,
    settings,
    table,
)
from why502.causes.gateway.keepalive_mismatch import keepalive_mismatch
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.want import As, Protocols

RESET = case(FailureId.RESET_BEFORE_RESPONSE, count=2)
KEEPS = route(group=group(keepalive=16), settings=settings(http_version="1.1"))
SERVED: tuple[Fact, ...] = (table(listener(pids=(20,))), processes(info(20)), app_server(20))
PAUSES = (logged(-3.1), logged(-3), logged(2, 502), logged(3), logged(3.1), logged(8, 502))
ALL = (KEEPS, *SERVED, response(), idle_close(5.0), *PAUSES)


def test_proved_by_both_limits_and_the_pause_before_each_failure() -> None:
    proves(keepalive_mismatch, RESET, *ALL, by={"RouteTaken", "ResponseAttempt", "IdleClose", "LoggedRequest"})


def test_a_gateway_that_opens_each_time_contradicts_it() -> None:
    excludes(keepalive_mismatch, RESET, route(), *ALL[1:])


def test_a_fresh_connection_that_fails_contradicts_it() -> None:
    excludes(keepalive_mismatch, RESET, KEEPS, *SERVED, response(None, Reply.RESET), idle_close(5.0), *PAUSES)


def test_an_upstream_that_keeps_longer_contradicts_it() -> None:
    brief = route(group=group(keepalive=16, keepalive_timeout=3.0), settings=settings(http_version="1.1"))
    excludes(keepalive_mismatch, RESET, brief, *ALL[1:])
    watched = idle_close(None, how=As(path="*", limit=7.0))
    excludes(keepalive_mismatch, RESET, brief, *SERVED, response(), watched, *PAUSES)
    excludes(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(None, kept=False), *PAUSES)


def test_an_upstream_that_was_watched_for_less_than_the_gateway_keeps_is_spared() -> None:
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(None), *PAUSES)


def test_failures_without_the_pause_are_spared() -> None:
    """The application hangs up whenever it is asked; that some requests came after a pause is chance."""
    without = (logged(1), logged(2, 502), logged(3), logged(4, 502), logged(5), logged(6, 502))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(5.0), *without)
    mixed = (*PAUSES, logged(9.7, 502), logged(9.8, 502), logged(9.9, 502))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(5.0), *mixed)


def test_one_bad_moment_is_spared() -> None:
    """All that came within a second failed, and it happened to follow a quiet spell: a restart, or a hiccup."""
    burst = (logged(-3), logged(2, 502), logged(2.2, 502), logged(2.4, 502), logged(3))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(5.0), *burst)


def test_an_application_that_is_sound_now_may_have_hung_up_then() -> None:
    """A fresh connection that was asked later says nothing of the time of the failures, the log does."""
    now = response(seen=seen(LATER))
    proves(keepalive_mismatch, RESET, KEEPS, *SERVED, now, idle_close(5.0), *PAUSES, by={"IdleClose", "LoggedRequest"})
    one_by_one = (logged(-3), logged(2, 502), logged(3), logged(8, 502))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, now, idle_close(5.0), *one_by_one)
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(5.0), *one_by_one)
    hung_up = response(None, Reply.CLOSED, seen=seen(LATER))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, hung_up, idle_close(5.0), *PAUSES)


def test_a_failure_without_a_pause_among_them_is_spared() -> None:
    soon = (*PAUSES, logged(3.5), logged(4, 502))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(5.0), *soon)


def test_requests_of_a_kind_that_never_went_well_are_spared() -> None:
    """Each POST may crash it."""
    posts = (logged(-3), logged(2, 502, method="POST"), logged(3), logged(8, 502, method="POST"))
    open_still(keepalive_mismatch, RESET, KEEPS, *SERVED, response(), idle_close(5.0), *posts)


def test_a_restarted_server_is_spared() -> None:
    young = processes(info(20), info(21, parent=20, started=after(3)))
    open_still(keepalive_mismatch, RESET, KEEPS, SERVED[0], young, SERVED[2], response(), idle_close(5.0), *PAUSES)


def test_a_newer_file_another_protocol_and_another_failure_are_spared() -> None:
    newer = route(group=KEEPS.group, settings=KEEPS.settings, loaded=False)
    open_still(keepalive_mismatch, RESET, newer, *ALL[1:])
    open_still(keepalive_mismatch, RESET, route(loaded=False), *ALL[1:])
    open_still(keepalive_mismatch, RESET, route(protocol=Protocols.FASTCGI), *ALL[1:])
    spares(keepalive_mismatch, case(FailureId.RESPONSE_TIMEOUT), *ALL)


def test_blind() -> None:
    is_blind(keepalive_mismatch, RESET, KEEPS, response(), idle_close(5.0), *PAUSES)
