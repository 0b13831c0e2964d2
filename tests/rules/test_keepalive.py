import pytest

from tests.evidence import (
    LATER,
    Known,
    after,
    app_server,
    case,
    endpoint,
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
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.rules.keepalive import Kept, how_kept, keeps, kept_wants

RESET = case(FailureId.RESET_BEFORE_RESPONSE, count=2)
KEEPS = route(group=group(keepalive=16), settings=settings(http_version="1.1"))
UPSTREAM: tuple[Fact, ...] = (
    table(listener(pids=(20,))),
    processes(info(20)),
    app_server(20),
    response(),
    idle_close(5.0),
)


def kept(*facts: Fact) -> Kept | None:
    return how_kept(RESET, Known(KEEPS, *UPSTREAM, *facts))


def test_the_gateway_keeps_connections_only_if_all_of_it_is_configured() -> None:
    assert keeps(KEEPS) == 60.0
    assert keeps(route(group=group(), settings=settings(http_version="1.1"))) is None
    assert keeps(route(group=group(keepalive=16))) is None, "HTTP/1.0 has no kept connections"
    closing = settings(http_version="1.1", headers=(("Connection", "close"),))
    assert keeps(route(group=group(keepalive=16), settings=closing)) is None


def test_failures_after_a_pause_of_the_idle_limit_are_counted() -> None:
    found = kept(logged(-3), logged(2, 502), logged(3), logged(8, 502))
    assert found is not None
    assert (found.after_pause, found.failed, found.good_alike) == (2, 2, True)


def test_failures_without_a_pause_are_not() -> None:
    found = kept(logged(1), logged(2, 502), logged(3), logged(4, 502))
    assert found is not None
    assert (found.after_pause, found.failed) == (0, 2)


def test_requests_to_other_upstreams_are_no_use_of_this_one() -> None:
    other = (("127.0.0.1:9000", "200", 0.1),)
    found = kept(logged(-3), logged(1, attempts=other), logged(2, 502))
    assert found is not None
    assert found.after_pause == 1
    elsewhere = kept(logged(-3), logged(2, 502, attempts=(("127.0.0.1:9000", "502", 0.1),)))
    assert elsewhere is not None
    assert elsewhere.failed == 0


def test_requests_that_came_soon_after_a_good_one_are_counted() -> None:
    found = kept(logged(-3), logged(-2), logged(2, 502), logged(3), logged(4), logged(5, 502))
    assert found is not None
    assert ([each.seen.at.start for each in found.soon], found.soon_failed) == ([after(-2), after(4)], 1)


def test_requests_of_ours_of_long_before_or_of_another_kind_do_not_count() -> None:
    before = (logged(-9), logged(-8.9))
    others = (logged(3.5, ours=True), logged(3.6, path="/b"), logged(3.7, method="PUT"))
    found = kept(*before, logged(2, 502), logged(3), *others)
    assert found is not None
    assert (found.soon, found.soon_failed) == ((), 0)


def test_a_fresh_connection_of_later_is_told_as_such() -> None:
    found = how_kept(RESET, Known(KEEPS, *UPSTREAM[:3], response(seen=seen(LATER)), idle_close(5.0), logged(1)))
    assert found is not None
    assert (found.fresh_works, found.fresh_then) == (True, False)
    then = kept(logged(1))
    assert then is not None
    assert then.fresh_then


def test_a_method_that_never_went_well_is_not_alike() -> None:
    found = kept(logged(-3), logged(2, 502, method="POST"))
    assert found is not None
    assert (found.after_pause, found.good_alike) == (1, False)


def test_a_process_that_started_after_the_failure_is_younger() -> None:
    found = how_kept(
        RESET,
        Known(KEEPS, UPSTREAM[0], processes(info(20), info(21, parent=20, started=after(5))), *UPSTREAM[2:], logged(1)),
    )
    assert found is not None
    assert found.younger is not None


def test_an_upstream_that_never_closed_while_watched() -> None:
    found = how_kept(RESET, Known(KEEPS, *UPSTREAM[:4], idle_close(None), logged(1)))
    assert found is not None
    assert found.idle is None
    assert found.listened == idle_close().how.limit


@pytest.mark.parametrize("missing", range(len(UPSTREAM)))
def test_without_both_sides_nothing_is_put_together(missing: int) -> None:
    facts = [each for number, each in enumerate(UPSTREAM) if number not in {missing, 2}]
    assert how_kept(RESET, Known(KEEPS, *facts, logged(1))) is None or missing == 2


def test_a_fresh_connection_that_fails_needs_no_more() -> None:
    found = how_kept(RESET, Known(KEEPS, response(None, Reply.RESET)))
    assert found is not None
    assert not found.fresh_works


def test_what_would_decide_it_is_wanted() -> None:
    kinds = [want.kind.__name__ for want in kept_wants(RESET, Known(KEEPS))]
    assert kinds == ["IdleClose", "LoggedRequest", "ResponseAttempt"]
    assert [want.kind.__name__ for want in kept_wants(RESET, Known())] == ["LoggedRequest"]
    assert endpoint() == RESET.failure.about
