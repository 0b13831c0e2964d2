from tests.causes.proving import excludes, is_blind, open_still, proves, spares
from tests.evidence import ELSEWHERE, case, endpoint, listener, own, socket_path, table
from why502.causes.network.nothing_listening import nothing_listening
from why502.observations.failure import FailureId

LAN = endpoint("192.0.2.7")


def test_proved_by_the_whole_table_of_the_gateways_namespace() -> None:
    proves(nothing_listening, case(), table(listener(port=8001)), by={"SocketTable"})
    proves(nothing_listening, case(about=LAN), table(listener()), own("192.0.2.7"), by={"SocketTable"})


def test_a_listener_contradicts_it() -> None:
    excludes(nothing_listening, case(), table(listener()))
    excludes(nothing_listening, case(about=endpoint("0.0.0.0")), table(listener()))
    excludes(nothing_listening, case(about=endpoint("::ffff:127.0.0.1")), table(listener("0.0.0.0")))


def test_a_listener_that_perhaps_takes_ipv6_only_does_not() -> None:
    open_still(nothing_listening, case(), table(listener("::")))


def test_another_host_is_spared() -> None:
    open_still(nothing_listening, case(about=LAN), table(), own("192.0.2.8"))
    open_still(nothing_listening, case(about=LAN), table())


def test_a_cut_table_and_another_namespace_are_spared() -> None:
    spares(nothing_listening, case(), table(complete=False))
    spares(nothing_listening, case(), table(place=ELSEWHERE))


def test_other_failures_and_paths_are_spared() -> None:
    spares(nothing_listening, case(FailureId.CONNECT_TIMEOUT), table())
    spares(nothing_listening, case(about=socket_path()), table())


def test_blind() -> None:
    is_blind(nothing_listening, case(), table())
    is_blind(nothing_listening, case(), table(listener()))
