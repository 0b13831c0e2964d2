from tests.evidence import (
    BEFORE,
    ELSEWHERE,
    HERE,
    Known,
    endpoint,
    inode,
    own,
    path_chain,
    processes,
    seen,
    socket_path,
)
from why502.rules.owning import is_own, of_first_process


def test_loopback_is_every_hosts_own() -> None:
    assert is_own(endpoint("127.0.0.1"), Known()) is True
    assert is_own(endpoint("::1"), Known()) is True


def test_an_address_is_own_or_anothers_by_the_hosts_list() -> None:
    known = Known(own("127.0.0.1", "192.0.2.7", "2001:db8::7"))
    assert is_own(endpoint("192.0.2.7"), known) is True
    assert is_own(endpoint("2001:db8:0::7"), known) is True
    assert is_own(endpoint("192.0.2.8"), known) is False


def test_without_the_list_of_that_namespace_and_time_it_is_not_known() -> None:
    assert is_own(endpoint("192.0.2.7"), Known()) is None
    assert is_own(endpoint("192.0.2.7"), Known(own("192.0.2.7", place=ELSEWHERE))) is None
    assert is_own(endpoint("192.0.2.7"), Known(own("192.0.2.7", seen=seen(BEFORE)))) is None


def test_units_bind_in_the_namespace_of_the_first_process() -> None:
    assert of_first_process(endpoint(), Known(processes()))
    assert not of_first_process(endpoint(place=ELSEWHERE), Known(processes()))
    assert not of_first_process(endpoint(), Known())


def test_a_path_is_the_first_processs_own_where_it_leads_through_the_same_directories() -> None:
    assert of_first_process(socket_path(), Known(processes()))
    there, here = socket_path(place=ELSEWHERE), socket_path(place=HERE.files())
    assert not of_first_process(there, Known(processes()))
    run, other = inode("/run"), inode("/run", ctime=BEFORE.start)
    missing = {"missing": here.path}
    shared = (path_chain(there, inode("/"), run, **missing), path_chain(here, inode("/"), run, **missing))
    assert of_first_process(there, Known(processes(), *shared))
    assert not of_first_process(there, Known(processes(), shared[0], path_chain(here, inode("/"), other, **missing)))
    assert not of_first_process(there, Known(processes(), shared[0]))
    assert not of_first_process(there, Known(processes(), path_chain(there, run, unreadable="/run"), shared[1]))
