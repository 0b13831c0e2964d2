from tests.evidence import ELSEWHERE, HERE, Known, endpoint, process, publishes, socket_path, unit, unit_state
from why502.observations.place import Place
from why502.rules.publishing import live_process, names_address, who_should


def test_a_bind_names_an_address() -> None:
    assert names_address(endpoint(), endpoint())
    assert names_address(endpoint("0.0.0.0"), endpoint())
    assert names_address(endpoint("::"), endpoint())
    assert names_address(endpoint("127.0.0.1"), endpoint("0.0.0.0")), "a connection to 0.0.0.0 goes to loopback"
    assert names_address(socket_path(), socket_path(place=ELSEWHERE))


def test_a_bind_does_not_name_another_address() -> None:
    assert not names_address(endpoint(port=8001), endpoint())
    assert not names_address(endpoint("0.0.0.0"), endpoint("::1"))
    assert not names_address(endpoint("192.0.2.1"), endpoint())
    assert not names_address(socket_path("/run/b.sock"), socket_path())
    assert not names_address(socket_path(), endpoint())


def test_the_same_address_in_another_namespace_is_another() -> None:
    assert not names_address(endpoint(place=ELSEWHERE), endpoint())
    assert names_address(endpoint(place=Place(host=HERE.host)), endpoint()), "of an unknown namespace it may be this"


def test_units_come_with_their_state_and_processes_live() -> None:
    known = Known(publishes(), unit_state(active="failed"), publishes(process(20), endpoint("0.0.0.0")))
    should = who_should(endpoint(), known)
    assert should is not None
    by_unit, by_process = should
    assert by_unit.stopped
    assert by_unit.unit == unit()
    assert live_process(by_process) == process(20)
    assert not by_process.stopped


def test_nobody_is_told_from_not_seen() -> None:
    assert who_should(endpoint(port=9), Known(publishes())) == ()
    assert who_should(endpoint(), Known()) is None


def test_what_has_a_network_of_its_own_names_another_address() -> None:
    for apart, here in ((False, True), (None, False), (True, False)):
        (found,) = who_should(endpoint(), Known(publishes(apart=apart), unit_state())) or ()
        assert found.here is here
