"""Where the upstream is a gateway itself: which one, and what it failed at in the same request."""

from tests.evidence import (
    DURING,
    LATER,
    Known,
    case,
    endpoint,
    failure,
    gateway,
    listener,
    own,
    process,
    request,
    seen,
    table,
)
from why502.observations.fact import EvidenceKind
from why502.observations.failure import Failure, FailureId
from why502.observations.verdict import Case
from why502.rules.hopping import MOST, next_failures, next_gateway

INNER = process(20)
CASE = case(FailureId.UPSTREAM_ANSWERED_ERROR)


def known(*failures: Failure, assumed: bool = False, pid: int = 20) -> Known:
    """An nginx (process 20) holds the upstream's port 8000, and its log tells these."""
    found = Known(
        table(listener(pids=(pid,))), own("127.0.0.1"), gateway(process=INNER, workers=(process(21),), assumed=assumed)
    )
    for each in failures:
        found.add(each, under=INNER)
    return found


def inner(port: int = 9000, **more: object) -> Failure:
    more.setdefault("seen", seen(DURING, EvidenceKind.LOG_LINE))
    return failure(FailureId.CONNECT_REFUSED, endpoint(port=port), **more)


def test_the_gateway_that_holds_the_upstreams_socket_is_the_next_hop() -> None:
    found = next_gateway(CASE, known())
    assert found is not None
    assert found.process == INNER


def test_a_worker_holds_it_for_its_master() -> None:
    assert next_gateway(CASE, known(pid=21)) is not None


def test_an_application_is_no_gateway_and_likeness_is_not_enough() -> None:
    assert next_gateway(CASE, known(pid=99)) is None
    assert next_gateway(CASE, known(assumed=True)) is None
    assert next_gateway(CASE, Known()) is None


def test_its_log_tells_what_the_same_request_met_there() -> None:
    (found,) = next_failures(CASE, known(inner()))
    assert (found.id, found.about) == (FailureId.CONNECT_REFUSED, endpoint(port=9000))
    assert found.hop.gateway == INNER
    assert found.hop.before == CASE.failure.hop
    assert found.seen.at == CASE.window


def test_another_request_or_time_is_another_failure() -> None:
    assert next_failures(CASE, known(inner(request=request("/other")))) == ()
    assert next_failures(CASE, known(inner(request=request(method="POST")))) == ()
    assert next_failures(CASE, known(inner(request=None))) == ()
    assert next_failures(CASE, known(inner(seen=seen(LATER, EvidenceKind.LOG_LINE)))) == ()
    assert next_failures(Case(failure=failure(request=None)), known(inner())) == ()


def test_upstreams_are_told_once_each_and_not_without_end() -> None:
    assert len(next_failures(CASE, known(inner(), inner()))) == 1
    assert len(next_failures(CASE, known(*(inner(9000 + number) for number in range(9))))) == MOST
