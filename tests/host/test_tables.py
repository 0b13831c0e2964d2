import ipaddress
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from why502.host import tables
from why502.observations.sockets import TcpState


@given(st.binary(max_size=400))
def test_any_bytes(data):
    lines = data.decode("utf-8", "replace").splitlines()
    list(tables.parse_tcp(lines))
    list(tables.parse_unix(lines))
    tables.parse_overflows("\n".join(lines))


@given(st.ip_addresses(v=4))
def test_addresses_of_version_4(address):
    assert tables.address_of(address.packed[::-1].hex().upper()) == str(address)


@given(st.ip_addresses(v=6))
def test_addresses_of_version_6(address):
    words = "".join(address.packed[at : at + 4][::-1].hex() for at in range(0, 16, 4)).upper()
    expected = address.ipv4_mapped or address
    assert tables.address_of(words) == str(expected)


def test_a_listening_row_tells_its_accept_queue():
    line = (
        "   2: 00000000000000000000000000000000:AB41 00000000000000000000000000000000:0000 0A 00000000:00000001"
        " 00:00000000 00000000    33        0 38442 2 000000000965c2de 100 0 0 10 0"
    )
    (row,) = tables.parse_tcp([line])
    assert (row.connection.local, row.connection.local_port, row.connection.inode) == ("::", 0xAB41, 38442)
    assert (row.connection.state, row.connection.unread, row.uid) == (TcpState.LISTEN, 1, 33)


def test_unix_rows():
    rows = list(
        tables.parse_unix(
            [
                "Num       RefCount Protocol Flags    Type St Inode Path",
                "000000007b4db1ca: 00000003 00000000 00000000 0001 03 38440",
                "00000000c6204082: 00000003 00000000 00000000 0001 02     0 /run/a b.sock",
                "000000005c3acc76: 00000002 00000000 00010000 0001 01 38439 /run/a b.sock",
                "00000000e6c08e10: 00000002 00000000 00010000 0001 01 38441 @abs tract@x",
            ]
        )
    )
    assert [(row.path, row.inode, row.listening) for row in rows] == [
        ("/run/a b.sock", 0, False),
        ("/run/a b.sock", 38439, True),
        ("@abs tract@x", 38441, True),
    ]


def test_overflows():
    assert tables.parse_overflows("TcpExt: A ListenOverflows B\nTcpExt: 1 22 3\nIpExt: X\nIpExt: 9\n") == 22
    assert tables.parse_overflows("TcpExt: A\nTcpExt: 1\n") is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_the_real_tables(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as made:
        made.bind((address, 0))
        made.listen()
        port = made.getsockname()[1]
        lines = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/self/net/{name}").read_text().splitlines()]
        (row,) = [row for row in tables.parse_tcp(lines) if row.connection.local_port == port]
    expected = ipaddress.ip_address(address)
    assert row.connection.local == str(getattr(expected, "ipv4_mapped", None) or expected)
