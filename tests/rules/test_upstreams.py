"""The servers of a route, as written and as they stand."""

from dataclasses import replace

import pytest

from tests.causes.grades import server, servers
from tests.evidence import LATER, Known, case, endpoint, name, seen, socket_path
from why502.observations.failure import FailureId
from why502.observations.subjects import Address
from why502.rules.upstreams import addresses, by_name, fixed, host_of, known_route, stands_for, tried


@pytest.mark.parametrize(
    ("written", "host", "named"),
    [
        ("app:8080", "app", True),
        ("http://app.example.com/x", "app.example.com", True),
        ("127.0.0.1:80", "127.0.0.1", False),
        ("[::1]:80", "::1", False),
        ("https://[2001:db8::1]", "2001:db8::1", False),
        ("localhost", "localhost", True),
    ],
)
def test_the_host_as_written(written: str, host: str, named: bool) -> None:
    assert host_of(written) == host
    assert by_name(server(written)) is named


@pytest.mark.parametrize("written", ["unix:/run/app.sock", "http://unix:/run/app.sock:/"])
def test_a_path_is_no_name(written: str) -> None:
    assert not by_name(server(written))


@pytest.mark.parametrize(
    ("address", "stands"),
    [
        (endpoint(), True),
        (endpoint("::ffff:127.0.0.1"), True),
        (endpoint(port=1), False),
        (socket_path(), True),
        (socket_path("/x"), False),
    ],
)
def test_what_the_route_stands_for(address: Address, stands: bool) -> None:
    assert stands_for(servers(server("a", endpoint()), server("unix:/run/app.sock", socket_path())), address) is stands


def test_what_was_tried() -> None:
    found = servers(server("a", endpoint()), server("b", endpoint(port=8001)))
    assert addresses(found) == (endpoint(), endpoint(port=8001))
    assert tried(case(), Known(found)) == (endpoint(),)
    assert tried(case(FailureId.NO_LIVE_UPSTREAM, name("app")), Known(found)) == addresses(found)
    assert tried(case(FailureId.UPSTREAM_ANSWERED_ERROR, endpoint(port=80)), Known(found)) == addresses(found)
    assert tried(case(FailureId.NO_LIVE_UPSTREAM, name("app")), Known()) == ()


def test_a_route_is_known_whatever_the_time() -> None:
    late = servers(server("a", endpoint()), seen=seen(LATER), since=None)
    assert known_route(case(), Known(late)) == late


def test_a_route_is_fixed_where_all_its_servers_are_addresses() -> None:
    assert fixed(servers(server("127.0.0.1:80"), server("unix:/run/app.sock")))
    assert not fixed(servers(server("127.0.0.1:80"), server("app:80")))
    assert not fixed(replace(servers(server("127.0.0.1:80")), unresolved="$host"))
    assert not fixed(replace(servers(), group=None))
