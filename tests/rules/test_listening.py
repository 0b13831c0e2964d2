import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence import BEFORE, ELSEWHERE, Known, endpoint, listener, seen, socket_path, table, unix_listener
from why502.rules.listening import Listens, Nobody, NotSeen, loopback, reached, same_address, takes, who_listens


@pytest.mark.parametrize(
    ("at", "v6only", "asked", "taken"),
    [
        ("127.0.0.1", None, "127.0.0.1", True),
        ("127.0.0.1", None, "127.0.0.2", False),
        ("0.0.0.0", None, "127.0.0.1", True),
        ("0.0.0.0", None, "::1", False),
        ("::", False, "127.0.0.1", True),
        ("::", True, "127.0.0.1", False),
        ("::", True, "::1", True),
        ("::1", None, "127.0.0.1", False),
        ("::ffff:127.0.0.1", None, "127.0.0.1", True),
        ("127.0.0.1", None, "::ffff:127.0.0.1", True),
        ("0.0.0.0", None, "::ffff:127.0.0.1", True),
        ("127.0.0.1", None, "0.0.0.0", True),
        ("::1", None, "::", True),
        ("127.0.0.1", None, "::", False),
        ("0:0:0:0:0:0:0:1", None, "::1", True),
    ],
)
def test_a_listener_takes_what_the_kernel_gives_it(at: str, v6only: bool | None, asked: str, taken: bool) -> None:
    assert takes(listener(at, v6only=v6only), endpoint(asked)) is taken
    assert not takes(listener(at, v6only=v6only), endpoint(asked, port=8001))


def test_the_very_address_goes_before_all_addresses() -> None:
    held = who_listens(endpoint(), Known(table(listener("0.0.0.0", pids=(1,)), listener("127.0.0.1", pids=(2,)))))
    assert isinstance(held, Listens)
    assert held.listener == listener("127.0.0.1", pids=(2,))
    assert held.alone


def test_sockets_that_share_an_address_are_not_alone() -> None:
    held = who_listens(endpoint(), Known(table(listener(inode=1), listener(inode=2))))
    assert isinstance(held, Listens)
    assert not held.alone


def test_an_ipv6_socket_that_perhaps_takes_ipv4_is_not_sure() -> None:
    held = who_listens(endpoint(), Known(table(listener("::"))))
    assert isinstance(held, Listens)
    assert not held.sure
    both = who_listens(endpoint(), Known(table(listener("::"), listener("0.0.0.0"))))
    assert isinstance(both, Listens)
    assert both.sure
    assert both.alone
    assert both.listener.address == "0.0.0.0"


def test_silence_of_a_whole_table_is_nobody() -> None:
    assert who_listens(endpoint(), Known(table())) == Nobody(table=table())
    assert who_listens(socket_path(), Known(table())) == Nobody(table=table())


def test_silence_of_a_cut_table_says_nothing() -> None:
    assert isinstance(who_listens(endpoint(), Known(table(complete=False))), NotSeen)


def test_a_listener_in_a_cut_table_listens() -> None:
    assert isinstance(who_listens(endpoint(), Known(table(listener(), complete=False))), Listens)


def test_another_namespace_and_another_time_say_nothing() -> None:
    assert isinstance(who_listens(endpoint(), Known(table(place=ELSEWHERE))), NotSeen)
    assert isinstance(who_listens(endpoint(), Known(table(seen=seen(BEFORE)))), NotSeen)


def test_a_unix_socket_listens_by_its_path() -> None:
    assert isinstance(who_listens(socket_path(), Known(table(unix_listener()))), Listens)
    assert isinstance(who_listens(socket_path(), Known(table(unix_listener("/run/other.sock")))), Nobody)


def test_loopback() -> None:
    assert all(map(loopback, ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"]))
    assert not any(map(loopback, ["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "app"]))


def test_an_unspecified_address_is_reached_at_loopback() -> None:
    assert (reached("0.0.0.0"), reached("::"), reached("192.0.2.1")) == ("127.0.0.1", "::1", "192.0.2.1")


@given(st.ip_addresses())
def test_an_address_is_its_own_however_it_is_written(address: object) -> None:
    text = str(address)
    assert same_address(text, getattr(address, "exploded", text))


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_is_too_odd_to_compare(one: str, other: str) -> None:
    assert same_address(one, one)
    assert same_address(one, other) == same_address(other, one)
    assert loopback(one) in {True, False}
