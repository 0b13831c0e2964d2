import pytest

from tests.causes.proving import excludes, is_blind
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
    own,
    process,
    publishes,
    response,
    route,
    served,
    socket_path,
    table,
    unit,
)
from why502.causes.gateway.wrong_address import wrong_address
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.server import Publishes, Says
from why502.observations.verdict import Case, Excluded, Proven, Suspected, Verdict

MOVED = endpoint(port=8001)
SHOP = app_server(20, MOVED, unit="shop.service")
NAMED = route(group=group(name="shop", site=SITE))
OF_TWO = route(group=group(endpoint(), MOVED, name="shop", site=SITE))
HERE: tuple[Fact, ...] = (gateway(), table(listener(port=8001, pids=(20,))), SHOP)
ANSWERS = response(about=MOVED)


def judged(*facts: Fact, asked: Case | None = None) -> Verdict:
    return wrong_address.judge(asked or case(), Known(*facts).none(Publishes, host()))


def test_proved_by_the_application_that_bears_the_upstreams_name() -> None:
    verdict = judged(*HERE, NAMED, ANSWERS)
    assert isinstance(verdict, Proven)
    assert {SHOP, ANSWERS, NAMED} <= set(verdict.because)
    assert "127.0.0.1:8001" in verdict.says


def test_proved_by_the_gateways_log() -> None:
    line = logged(-60, attempts=((str(MOVED), "200", 0.1),))
    verdict = judged(*HERE, route(), line)
    assert isinstance(verdict, Proven)
    assert line in verdict.because


def test_what_served_the_route_before_is_not_written_wrongly() -> None:
    """The other is another copy of it, unless it says itself that it moved from here."""
    before = served(good=4)
    assert not isinstance(judged(*HERE, NAMED, ANSWERS, before), Proven | Excluded)
    moved = message(Says.LISTENING, unit("shop.service"), at=-600, bind=endpoint())
    assert isinstance(judged(*HERE, NAMED, ANSWERS, before, moved), Proven)


def test_what_may_connect_to_the_address_leaves_it_open() -> None:
    known = Known(*HERE, NAMED, ANSWERS, publishes(unit("check.service"), sure=False))
    assert not isinstance(wrong_address.judge(case(), known), Proven | Excluded)


def test_one_application_on_two_addresses_is_one() -> None:
    both = table(listener(port=8001, pids=(20,)), listener("::1", port=8001, pids=(20,)))
    six = response(about=endpoint("::1", port=8001))
    assert isinstance(judged(HERE[0], both, SHOP, NAMED, ANSWERS, six), Proven)


SPARED: dict[str, tuple[Fact, ...]] = {
    "nothing ties it": (*HERE, route(), ANSWERS),
    "it does not answer soundly": (*HERE, NAMED, response(404, about=MOVED)),
    "no application elsewhere, as far as is known": (gateway(), table(listener(port=8001, pids=(50,))), SHOP, NAMED),
    "the holders could not be read": (gateway(), table(listener(port=8001), owners=False), SHOP, NAMED, ANSWERS),
    "the gateway is assumed": (gateway(assumed=True), *HERE[1:], NAMED, ANSWERS),
    "it is the other server of the group": (*HERE, OF_TWO, ANSWERS),
    "two applications of that name": (
        gateway(), table(listener(port=8001, pids=(20,)), listener(port=8002, pids=(30,))), SHOP,
        app_server(30, endpoint(port=8002), unit="shop.service"), NAMED, ANSWERS, response(about=endpoint(port=8002)),
    ),
    "more applications than are asked": (
        gateway(), table(*(listener(port=8001 + each, pids=(20 + each,)) for each in range(5))), NAMED, ANSWERS,
        SHOP, *(app_server(21 + each, unit=f"b{each}.service") for each in range(4)),
    ),
    "the table is cut": (gateway(), table(listener(port=8001, pids=(20,)), complete=False), SHOP, NAMED, ANSWERS),
}  # fmt: skip


@pytest.mark.parametrize("facts", SPARED.values(), ids=SPARED)
def test_spared(facts: tuple[Fact, ...]) -> None:
    assert not isinstance(judged(*facts), Proven | Excluded)


def test_who_should_listen_there_was_not_seen() -> None:
    assert not isinstance(wrong_address.judge(case(), Known(*HERE, NAMED, ANSWERS)), Proven | Excluded)


def test_something_that_names_the_address_contradicts_it() -> None:
    excludes(wrong_address, case(), *HERE, NAMED, ANSWERS, publishes(unit()))
    excludes(wrong_address, case(), *HERE, NAMED, ANSWERS, publishes(process(44)))


def test_a_socket_that_listens_there_contradicts_it() -> None:
    excludes(wrong_address, case(), gateway(), table(listener(), listener(port=8001, pids=(20,))), SHOP, NAMED, ANSWERS)


def test_other_hosts_paths_and_failures_are_spared() -> None:
    far = case(about=endpoint("192.0.2.9"))
    for asked in (far, case(about=socket_path()), case(FailureId.CONNECT_TIMEOUT)):
        assert not isinstance(judged(*HERE, NAMED, ANSWERS, own("192.0.2.7"), asked=asked), Proven | Excluded)


def test_blind() -> None:
    is_blind(wrong_address, case(), *HERE, NAMED, ANSWERS, publishes(unit(), endpoint(port=1)))


@pytest.mark.parametrize("apart", [True, None])
def test_a_unit_that_names_the_address_in_a_network_of_its_own_leaves_it_open(apart: bool | None) -> None:
    """It may be the application that is meant, and the other one its twin."""
    verdict = wrong_address.judge(case(), Known(*HERE, NAMED, ANSWERS, publishes(unit("own.service"), apart=apart)))
    assert isinstance(verdict, Suspected)
