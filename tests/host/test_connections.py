import asyncio
import socket

from tests.vantages import Hand, Paper
from why502.host.connections import connections
from why502.observations.sockets import Connections, TcpState
from why502.observations.subjects import Endpoint
from why502.observations.want import Gap, Want
from why502.vantage.local import Local


def look(vantage, port):
    endpoint = Endpoint(place=vantage.here().network(), address="127.0.0.1", port=port)
    return asyncio.run(connections.look(Want(kind=Connections, about=endpoint), Hand(vantage)))


def test_both_ends_of_a_connection():
    with socket.socket() as made, socket.socket() as client:
        made.bind(("127.0.0.1", 0))
        made.listen()
        client.connect(made.getsockname())
        client.sendall(b"12345")
        (table,) = look(Local(), made.getsockname()[1])
        port = client.getsockname()[1]
    assert table.complete
    assert {(each.local_port == port, each.state) for each in table.connections} == {
        (True, TcpState.ESTABLISHED),
        (False, TcpState.ESTABLISHED),
    }
    assert {each.unread for each in table.connections} == {0, 5}


def test_nothing_there_is_an_empty_table():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        (table,) = look(Local(), made.getsockname()[1])
    assert table.connections == ()


def test_an_unreadable_table_is_a_gap():
    assert isinstance(look(Paper(), 80), Gap)
