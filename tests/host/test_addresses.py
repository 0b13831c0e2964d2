import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from why502.host.addresses import parse_fib_trie, parse_if_inet6

TRIE = """\
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.0.0.7
        /32 host LOCAL
     |-- 10.0.0.255
        /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
"""


def test_hosts_of_the_local_table() -> None:
    assert parse_fib_trie(TRIE) == ("10.0.0.7", "127.0.0.1")


def test_inet6_rows() -> None:
    rows = "00000000000000000000000000000001 01 80 10 80       lo\nfe800000000000000000000000000001 02 40 20 80 eth0\n"
    assert parse_if_inet6(rows) == ("::1", "fe80::1")


@given(st.text())
def test_arbitrary_text(text: str) -> None:
    for address in (*parse_fib_trie(text), *parse_if_inet6(text)):
        assert isinstance(address, str)
    assert all(ipaddress.ip_address(address).version == 6 for address in parse_if_inet6(text))
