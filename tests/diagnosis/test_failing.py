import asyncio

import pytest

from tests.diagnosis.made import answer, inside, surveyed
from tests.evidence import (
    HERE,
    NGINX,
    ROUTE,
    after,
    connection,
    connections,
    endpoint,
    failure,
    gateway,
    group,
    name,
    request,
    response,
    route,
    seen,
    settings,
    setup,
)
from why502.diagnosis.failing import (
    by_asking,
    by_hanging,
    contradicted,
    failed,
    failure_of_attempt,
    grouped,
    hop_of,
    live,
    of_try,
    unknown,
    upstreams,
)
from why502.observations.answer import Ending, Maker, Origin
from why502.observations.failure import FailureId
from why502.observations.gateway import Group, Server
from why502.observations.place import Window
from why502.observations.probes import Met, Reply
from why502.observations.sockets import TcpState
from why502.observations.subjects import Name

HOP = hop_of(inside(), answer(), None)


@pytest.mark.parametrize(
    ("status", "bad"), [(502, True), (503, True), (504, True), (522, True), (500, False), (200, False)]
)
def test_which_answers_are_a_gateways_failure(status: int, bad: bool) -> None:
    assert failed(answer(status)) is bad
    assert failed(answer(None))
    assert not failed(answer(None, ending=Ending.NO_CONNECTION))


def test_the_upstreams_of_a_route_without_those_that_are_down() -> None:
    site = group().servers[0].site
    servers = (
        Server(written="a", addresses=(endpoint(), endpoint("::1")), site=site),
        Server(written="b", addresses=(endpoint(port=8001),), site=site, down=True),
        Server(written="c", addresses=(endpoint(),), site=site, backup=True),
    )
    found = upstreams(inside(route=route(group=Group(name="g", servers=servers))))
    assert found == (endpoint(), endpoint("::1"))
    assert upstreams(None) == ()
    assert upstreams(inside(route=None)) == ()


def test_the_hop_is_the_gateway_inside_or_the_address_that_answered() -> None:
    assert (HOP.gateway, HOP.route) == (NGINX, ROUTE)
    origin = Origin(product="caddy", version="2", maker=Maker.MADE, says="")
    outer = hop_of(None, answer(), origin)
    assert (outer.gateway, outer.product, outer.route) == (answer().about, "caddy", None)


def logged(path: str = "/", at: float = 1.0, **more: object) -> object:
    window = Window(start=after(at), end=after(at + 1))
    return failure(seen=seen(window), request=request(path), **more)


def test_a_line_of_the_log_is_this_trys_by_request_and_time() -> None:
    assert of_try(answer(), [logged()]) == [logged()]  # type: ignore[list-item]
    assert of_try(answer(), [logged("/other"), logged(at=60), logged(at=-60)]) == []  # type: ignore[list-item]
    other = failure(seen=seen(Window(start=after(1), end=after(2))), request=request(name="b.example.com"))
    posted = failure(seen=seen(Window(start=after(1), end=after(2))), request=request(method="POST"))
    assert of_try(answer(), [other, posted, failure(request=None)]) == []


def test_a_live_failure_has_our_own_times() -> None:
    made = live(failure(), (answer(at=1.0), answer(at=4.0)), HOP, ())
    assert made.live
    assert made.count == 1
    assert (made.seen.at.start, made.seen.at.end) == (after(1.0), after(4.2))


def test_equal_failures_are_one_group_whose_window_spans_all() -> None:
    first, last = Window.instant(after(-60)), Window.instant(after(5))
    found = grouped(
        [failure(seen=seen(last, raw="new")), failure(seen=seen(first, raw="old")), failure(about=endpoint(port=1))]
    )
    assert [each.count for each in found] == [2, 1]
    assert found[0].seen.at == Window(start=after(-60), end=after(5))
    assert found[0].seen.raw == "new"
    assert len(grouped(failure(about=endpoint(port=each + 1)) for each in range(50))) == 20


@pytest.mark.parametrize(
    ("attempt", "id_"),
    [
        (response(None, Reply.CLOSED), FailureId.CLOSED_BEFORE_RESPONSE),
        (response(None, Reply.RESET), FailureId.RESET_BEFORE_RESPONSE),
        (response(None, Reply.TIMED_OUT), FailureId.RESPONSE_TIMEOUT),
        (response(None, Reply.INVALID), FailureId.INVALID_RESPONSE),
        (response(None, Reply.TOO_BIG), FailureId.HEADER_TOO_BIG),
        (response(head_bytes=5000), FailureId.HEADER_TOO_BIG),
        (response(seconds=61), FailureId.RESPONSE_TIMEOUT),
        (response(), None),
        (response(None, None, met=Met.REFUSED), FailureId.CONNECT_REFUSED),
        (response(None, None, met=Met.NO_SOCKET), FailureId.CONNECT_NO_SOCKET),
        (response(None, None, met=Met.DENIED), FailureId.CONNECT_DENIED),
        (response(None, None, met=Met.QUEUE_FULL), FailureId.CONNECT_EXHAUSTED),
        (response(None, None), FailureId.TLS_FAILED),
        (response(None, None, met=Met.OTHER), None),
    ],
)  # fmt: skip
def test_an_attempt_is_named_as_the_gateway_would(attempt: object, id_: FailureId | None) -> None:
    assert failure_of_attempt(attempt, route(settings=settings())) is id_  # type: ignore[arg-type]


FIRST, THEN = Window.instant(after(0)), Window.instant(after(1))


def hanging(*rows: object) -> FailureId | None:
    facts = (connections(at=FIRST), connections(*rows, at=THEN))  # type: ignore[arg-type]
    survey = surveyed(*facts, place=HERE)
    found = asyncio.run(by_hanging(survey, inside(), answer(None), HOP, (FIRST, THEN)))
    return None if found is None else found.id


def test_an_open_request_is_read_off_the_gateways_sockets() -> None:
    ours = connection(8000, 9, local="127.0.0.1", local_port=40000)
    assert hanging(ours) is FailureId.RESPONSE_TIMEOUT
    assert hanging(connection(8000, 9, local_port=40000, state=TcpState.SYN_SENT)) is FailureId.CONNECT_TIMEOUT
    assert hanging() is None
    assert hanging(connection(9000, 9, local_port=40000)) is None


def test_without_two_moments_nothing_is_read() -> None:
    assert asyncio.run(by_hanging(surveyed(place=HERE), inside(), answer(None), HOP, (FIRST,))) is None
    assert asyncio.run(by_hanging(surveyed(place=HERE), None, answer(None), HOP, (FIRST, THEN))) is None


def test_by_asking_each_server_of_the_route() -> None:
    refused = response(None, None, met=Met.REFUSED)
    found = asyncio.run(by_asking(surveyed(refused, place=HERE), inside(), answer(), HOP))
    assert [(each.id, each.about, each.live) for each in found] == [(FailureId.CONNECT_REFUSED, endpoint(), True)]
    assert found[0].told("from") == "probe"
    assert asyncio.run(by_asking(surveyed(response(), place=HERE), inside(), answer(), HOP)) == []
    assert asyncio.run(by_asking(surveyed(refused, place=HERE), None, answer(), HOP)) == []


def test_a_route_that_perhaps_does_not_run_is_neither_asked_nor_looked_for() -> None:
    refused = response(None, None, met=Met.REFUSED)
    old = inside(route=route(loaded=False), setup=setup())
    assert asyncio.run(by_asking(surveyed(refused, place=HERE), old, answer(), HOP)) == []
    busy = surveyed(connections(at=FIRST), connections(connection(8000, 9, local_port=40000), at=THEN), place=HERE)
    assert asyncio.run(by_hanging(busy, inside(), answer(None), HOP, (FIRST, THEN))) is not None
    assert asyncio.run(by_hanging(busy, old, answer(None), HOP, (FIRST, THEN))) is None


def test_without_rights_a_route_in_doubt_is_asked_and_one_of_a_newer_file_is_not() -> None:
    refused = surveyed(response(None, None, met=Met.REFUSED), place=HERE)
    doubtful = inside(route=route(loaded=False), gateway=gateway(assumed=True), setup=setup(doubtful=("/n.conf",)))
    assert len(asyncio.run(by_asking(refused, doubtful, answer(), HOP))) == 1
    newer = inside(route=route(loaded=False), gateway=gateway(assumed=True), setup=setup(newer=("/n.conf",)))
    assert asyncio.run(by_asking(refused, newer, answer(), HOP)) == []


def test_a_log_that_names_another_upstream_contradicts_the_route() -> None:
    other = failure(about=endpoint(port=9))
    assert contradicted(route(), [other])
    assert not contradicted(route(), [other, failure()]), "another server was tried as well"
    assert not contradicted(route(), [failure()])
    assert not contradicted(route(), [failure(about=name("(upstream not told)"))])
    assert not contradicted(route(), [])
    assert not contradicted(None, [other])


def test_a_name_a_variable_or_a_subrequest_may_lead_elsewhere() -> None:
    other = failure(about=endpoint(port=9))
    site = group().servers[0].site
    named = Group(name="g", servers=(Server(written="app:8000", addresses=(endpoint(),), site=site),))
    assert not contradicted(route(group=named), [other])
    assert not contradicted(route(unresolved="$upstream"), [other])
    assert not contradicted(route(group=None), [other])
    below = failure(about=endpoint(port=9), seen=seen(raw='request: "GET / HTTP/1.1", subrequest: "/auth", upstream'))
    assert not contradicted(route(), [below])


def test_what_no_log_tells_stays_unknown_with_what_it_may_be() -> None:
    may = frozenset({FailureId.CONNECT_REFUSED})
    made = Origin(product="nginx", version=None, maker=Maker.MADE, says="")
    assert (unknown(answer(), HOP, made, may).id, unknown(answer(), HOP, made, may).may_be) == (FailureId.UNKNOWN, may)
    passed = Origin(product="nginx", version=None, maker=Maker.PASSED, says="")
    assert unknown(answer(), HOP, passed, may).id is FailureId.UPSTREAM_ANSWERED_ERROR
    about = unknown(answer(), HOP, made, may).about
    assert isinstance(about, Name), "the address that answered is the gateway's, not an upstream's"
    assert about.name.startswith("(")
