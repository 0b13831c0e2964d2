from typing import Any

import pytest

from tests.evidence import (
    SITE,
    Known,
    app_server,
    case,
    endpoint,
    gateway,
    group,
    host,
    listener,
    logged,
    message,
    process,
    request,
    response,
    route,
    settings,
    socket_path,
    table,
    unit,
    unix_listener,
)
from why502.observations.fact import Fact
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.server import AppServer, Says
from why502.observations.subjects import Address, Unit
from why502.observations.verdict import Case
from why502.observations.want import As
from why502.rules.candidates import MADE_UP, NO_HOST, Candidate, candidates, common_name, telling, tie, words

MOVED = endpoint(port=8001)
CANDIDATE = Candidate(address=MOVED, server=app_server(20, MOVED))


def found(*facts: Fact, **more: Any) -> list[Address] | None:
    seen = table(listener(port=8001, pids=(20,)), unix_listener("/run/b.sock", pids=(20,)), **more)
    got = candidates(case(), Known(*facts), seen)
    return None if got is None else [each.address for each in got]


def test_what_an_application_server_listens_on_is_a_candidate() -> None:
    assert found(gateway(), route(), app_server(20)) == [MOVED, socket_path("/run/b.sock")]
    assert found(gateway(), route(), app_server(99)) == []


def test_the_gateway_itself_is_none() -> None:
    assert found(gateway(workers=(process(20),)), route(), app_server(20)) == []


def test_another_server_of_the_same_group_is_not_where_this_one_went() -> None:
    assert found(gateway(), route(group=group(endpoint(), MOVED)), app_server(20)) == [socket_path("/run/b.sock")]


def test_without_holders_or_with_an_assumed_gateway_it_is_not_known() -> None:
    assert found(gateway(), route(), app_server(20), owners=False) is None
    assert found(gateway(assumed=True), route(), app_server(20)) is None
    assert found(route(), app_server(20)) is None
    assert found(gateway(), route()) is None
    assert candidates(case(), Known(gateway(), route()).none(AppServer, host()), table()) == []


# --- Ties --------------------------------------------------------------------------------------------------------

ORDERS = case(request=request("/orders/7"))


def said(path: str, name: str, status: int, reply: Reply = Reply.ANSWERED) -> ResponseAttempt:
    how = As(path=path, host=name)
    return response(status, reply, about=MOVED, how=how)


class Asked(Known):
    """Evidence in which only path and Host of a probe count."""

    def ask(self, want: Any) -> Any:
        how = want.how
        if want.kind is ResponseAttempt and how is not None:
            want = type(want)(kind=want.kind, about=want.about, how=As(path=how.path, host=how.host))
        return super().ask(want)


def tied(asked: Case, *facts: Fact, to: Candidate = CANDIDATE) -> str | None:
    got = tie(asked, Asked(*facts), to)
    if got is not None:
        assert got[1], "a tie is shown by facts"
    return None if got is None else got[0]


SHOP = "shop.example.com"


def test_it_knows_a_telling_path_and_no_made_up_one() -> None:
    assert tied(ORDERS, route(), said("/orders/7", SHOP, 200), said(MADE_UP, SHOP, 404)) is not None


def test_it_takes_this_host_and_no_made_up_one() -> None:
    assert tied(case(), route(), said("/", SHOP, 200), said("/", NO_HOST, 421)) is not None


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        (ORDERS, (said("/orders/7", SHOP, 404), said(MADE_UP, SHOP, 404))),
        (ORDERS, (said("/orders/7", SHOP, 200), said(MADE_UP, SHOP, 200))),
        (ORDERS, (said("/orders/7", SHOP, 302), said(MADE_UP, SHOP, 404))),
        (ORDERS, (said("/orders/7", SHOP, 500), said(MADE_UP, SHOP, 404))),
        (ORDERS, (said("/orders/7", SHOP, 200, Reply.INVALID), said(MADE_UP, SHOP, 404))),
        (ORDERS, (said("/orders/7", SHOP, 200),)),
        (case(), (said("/", SHOP, 200), said(MADE_UP, SHOP, 404))),
        (case(request=request("/admin/")), (said("/admin/", SHOP, 200), said(MADE_UP, SHOP, 404))),
        (case(request=request("/healthz")), (said("/healthz", SHOP, 200), said(MADE_UP, SHOP, 404))),
        (case(request=request("/favicon.ico")), (said("/favicon.ico", SHOP, 200), said(MADE_UP, SHOP, 404))),
        (case(), (said("/", SHOP, 200), said("/", NO_HOST, 200))),
    ],
    ids=[
        "path unknown", "answers all", "sends elsewhere", "error", "invalid", "not asked", "root", "admin", "health",
        "favicon", "any host",
    ],
)  # fmt: skip
def test_any_application_answers_so(asked: Case, facts: tuple[Fact, ...]) -> None:
    assert tied(asked, route(), *facts) is None


def test_localhost_and_addresses_are_hosts_that_many_take() -> None:
    for name in ("127.0.0.1:8000", "localhost", "localhost:8000", "[::1]:8000", "192.0.2.7"):
        made = route(settings=settings(host=name))
        assert tied(case(), made, said("/", name, 200), said("/", NO_HOST, 400)) is None
        assert not telling(name)
    assert telling("shop.example.com:8080")


def test_a_newer_file_ties_only_what_the_failure_confirms() -> None:
    facts = (said("/orders/7", SHOP, 200), said(MADE_UP, SHOP, 404))
    assert tied(ORDERS, route(loaded=False), *facts) is not None
    assert tied(ORDERS, route(loaded=False, group=group(endpoint(port=9))), *facts) is None


def named(upstream: str, unit_name: str) -> str | None:
    made: RouteTaken = route(group=group(name=upstream, site=SITE))
    server = app_server(20, MOVED, unit=unit_name)
    return common_name(made, server.unit)


def test_the_upstreams_name_is_the_units_name() -> None:
    assert named("shop", "shop.service") == "shop"
    assert named("shop_backend", "gunicorn-shop.service") == "shop"
    assert named("shop", "shop-admin.service") is None
    assert named("shop1", "shop2.service") is None
    assert named("backend", "backend.service") is None
    assert named("api", "api.service") is None, "too short to tell"
    assert common_name(route(), CANDIDATE.server.unit) is None, "a bare address is no name"


def test_the_name_with_a_sound_answer_ties() -> None:
    made = route(group=group(name="shop", site=SITE))
    bears = Candidate(address=MOVED, server=app_server(20, MOVED, unit="shop.service"))
    assert tied(case(), made, said("/", SHOP, 302), to=bears) is not None
    assert tied(case(), made, said("/", SHOP, 404), to=bears) is None


TO_MOVED = ((str(MOVED), "200", 0.1),)


def test_the_gateways_log_names_it_for_this_host_and_path() -> None:
    assert tied(ORDERS, logged(-60, path="/orders/7?a=1", attempts=TO_MOVED)) is not None


@pytest.mark.parametrize(
    "line",
    [
        logged(-60, path="/orders/7", host="other.example.com", attempts=TO_MOVED),
        logged(-60, path="/orders/7", host=None, attempts=TO_MOVED),
        logged(-60, path="/orders/8", attempts=TO_MOVED),
        logged(-60, 502, path="/orders/7", attempts=TO_MOVED),
        logged(5, path="/orders/7", attempts=TO_MOVED),
        logged(-60, path="/orders/7", attempts=(("127.0.0.1:8002", "200", 0.1),)),
    ],
    ids=["other host", "host not logged", "other path", "failed", "not before", "other upstream"],
)
def test_another_line_of_the_log_ties_nothing(line: Fact) -> None:
    assert tied(ORDERS, line) is None


def test_its_own_log_says_that_it_listened_here() -> None:
    before = message(Says.LISTENING, unit(), bind=endpoint(), at=-600)
    assert tied(case(), before) is not None
    assert tied(case(), message(Says.LISTENING, unit(), bind=endpoint(port=8009), at=-600)) is None
    assert tied(case(), message(Says.STOPPING, unit(), bind=endpoint(), at=-600)) is None
    other = message(Says.LISTENING, Unit(place=unit().place, name="b.service"), bind=endpoint(), at=-600)
    assert tied(case(), other) is None


def test_words_that_tell() -> None:
    assert words("/orders/17/edit-item") == {"orders", "edit", "item"}
    assert words("/api/v1/users") == set()
    assert words("/1234567") == set()
