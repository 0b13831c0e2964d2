from dataclasses import replace

from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import (
    Known,
    case,
    connect,
    endpoint,
    host,
    listener,
    own,
    process,
    publishes,
    route,
    served,
    table,
    unit,
    unit_state,
)
from why502.causes.network.address_family import address_family
from why502.observations.failure import FailureId
from why502.observations.probes import Met
from why502.observations.server import Publishes
from why502.observations.verdict import Proven

SIX = case(about=endpoint("::1"))
SERVED = publishes(process(20))
TAKEN = connect(about=endpoint())
SIX_TAKEN = connect(about=endpoint("::1"))


def test_proved_by_a_listener_of_the_other_family_only() -> None:
    by = {"SocketTable", "TcpAttempt"}
    proves(address_family, SIX, table(listener()), SERVED, TAKEN, route(), by={*by, "RouteTaken"})
    six = (table(listener("::1")), publishes(process(20), endpoint("::1")), SIX_TAKEN)
    proves(address_family, case(), *six, by=by)
    verdict = address_family.judge(SIX, Known(table(listener()), TAKEN).none(Publishes, host()))
    assert isinstance(verdict, Proven)


def test_a_listener_that_takes_nothing_is_spared() -> None:
    """It may be bound to one link, which the table does not tell."""
    open_still(address_family, SIX, table(listener()), SERVED)
    open_still(address_family, SIX, table(listener()), SERVED, replace(TAKEN, met=Met.REFUSED))


def test_an_address_that_answered_before_is_spared() -> None:
    """It was served; the listener of the other family may be another's."""
    before = served(good=4, upstreams=("[::1]:8000",))
    open_still(address_family, SIX, table(listener()), SERVED, TAKEN, before)


def test_proved_at_another_own_address() -> None:
    lan = case(about=endpoint("2001:db8::7"))
    proves(address_family, lan, table(listener("0.0.0.0")), own("2001:db8::7"), SERVED, TAKEN, by={"SocketTable"})
    excludes(address_family, lan, table(listener("127.0.0.1")), own("2001:db8::7"), SERVED)


def test_a_listener_of_the_same_family_contradicts_it() -> None:
    excludes(address_family, SIX, table(listener("::")), SERVED)
    excludes(address_family, case(), table(listener("0.0.0.0")), SERVED)
    excludes(address_family, SIX, table(listener(port=8001)), SERVED)


def test_a_listener_that_perhaps_takes_both_is_spared() -> None:
    open_still(address_family, case(), table(listener("::")), SERVED, SIX_TAKEN)


def test_a_stopped_unit_of_this_very_address_is_spared() -> None:
    """What listens in the other family may be another's."""
    stopped = (publishes(unit(), endpoint("::1")), unit_state(active="failed"))
    open_still(address_family, SIX, table(listener()), TAKEN, *stopped)
    both = (publishes(unit(), endpoint("::1"), endpoint()), unit_state(active="failed"))
    proves(address_family, SIX, table(listener()), TAKEN, *both, by={"SocketTable"})


def test_a_unit_with_a_network_of_its_own_is_spared() -> None:
    """It may be what is meant, although it runs: what listens here in the other family is another's then."""
    open_still(address_family, SIX, table(listener()), publishes(unit(), endpoint("::1"), apart=True), unit_state())


def test_a_cut_table_is_spared() -> None:
    open_still(address_family, SIX, table(listener(), complete=False), SERVED, TAKEN)


def test_other_loopback_addresses_and_hosts_are_spared() -> None:
    spares(address_family, case(about=endpoint("127.0.0.5")), table(listener("::1")), SERVED, SIX_TAKEN)
    spares(address_family, case(about=endpoint("192.0.2.9")), table(listener("::1")), own("192.0.2.7"), SERVED)


def test_a_gateway_out_of_descriptors_is_spared() -> None:
    out = case(FailureId.CONNECT_EXHAUSTED, endpoint("::1"), detail=(("errno", "24"),))
    spares(address_family, out, table(listener()), SERVED, TAKEN)
    none = case(FailureId.CONNECT_EXHAUSTED, endpoint("::1"), detail=(("errno", "99"),))
    proves(address_family, none, table(listener()), SERVED, TAKEN, by={"SocketTable"})


def test_blind() -> None:
    is_blind(address_family, SIX, table(listener()), SERVED, TAKEN)
