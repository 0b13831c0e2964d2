"""HTTP/2 in HTTP/1 form, against the real nginx and against peers that misbehave."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator

import h2.config
import h2.connection
import h2.errors
import h2.events
import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stands.around import endpoint, one
from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Peer, Script, Upstream
from why502.observations.answer import Answer, Ending
from why502.observations.probes import Met
from why502.observations.want import As, Protocols, TlsAs, Want
from why502.probes.contact import contacting
from why502.vantage.base import No, Refusal
from why502.vantage.http2 import Http2, over_http2
from why502.vantage.local import Local

ASK = b"GET /x HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\nUser-Agent: t\r\n\r\n"
TLS = TlsAs(server_name="shop.example.com", alpn=("h2", "http/1.1"))


Play = Callable[[Peer, h2.connection.H2Connection, h2.events.RequestReceived], None]


def speaking(play: Play) -> Script:
    """Make a script that answers the first request with what `play` does on a server's connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("shop.example.com").configure_cert(context)
    context.set_alpn_protocols(["h2"])

    def script(peer: Peer) -> None:
        peer.secure(context)
        server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        server.initiate_connection()
        peer.send(server.data_to_send())
        while data := peer.read():
            # what comes after our own GOAWAY is no concern
            if server.state_machine.state is h2.connection.ConnectionState.CLOSED:
                continue
            for event in server.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    play(peer, server, event)
                    peer.send(server.data_to_send())
            peer.send(server.data_to_send())

    return script


async def exchange(port: int, limit: float = 5.0) -> tuple[bytes, Refusal | None]:
    """Ask once; return what came, and the refusal that ended it, if it was no plain end."""
    stream = await Local().connect(endpoint(port), As(tls=TLS, limit=5.0))
    assert not isinstance(stream, Refusal), stream
    try:
        assert isinstance(stream, Http2)
        for start in range(0, len(ASK), 10):
            assert await stream.send(ASK[start : start + 10]) is None
        said = b""
        while True:
            data = await stream.receive(limit)
            if isinstance(data, Refusal) or not data:
                return said, data or None
            said += data
    finally:
        await stream.close()


def ask(script: Script, limit: float = 5.0) -> tuple[bytes, Refusal | None]:
    with Upstream(script) as upstream:
        return asyncio.run(exchange(upstream.port, limit))


@pytest.fixture(scope="module", params=["old", "new"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run nginx with HTTP/2, before an upstream that refuses."""
    _, path = program(old=request.param == "old")
    home = tmp_path_factory.mktemp("nginx")
    certificate = trustme.CA().issue_cert("shop.example.com")
    certificate.private_key_and_cert_chain_pem.write_to_path(home / "pem")
    port, nobody = free_port(), free_port()
    (home / "big").write_bytes(b"x" * 200_000)
    http = (
        f"access_log off; server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {home}/pem;"
        f" ssl_certificate_key {home}/pem; root {home}; location / {{ proxy_pass http://127.0.0.1:{nobody}; }}"
        " location /big { } location /gone { return 444; } }"
    )
    with nginx(path, home, http, port):
        yield port


def contact(port: int, path: str, **more: object) -> Answer:
    how = As(protocol=Protocols.HTTP, tls=TLS, host="shop.example.com", path=path, limit=5.0, **more)  # type: ignore[arg-type]
    return one(contacting, Want(kind=Answer, about=endpoint(port), how=how))


def test_a_502_of_the_real_nginx(port: int) -> None:
    answer = contact(port, "/", headers=(("User-Agent", "t"),))
    assert (answer.ending, answer.status, answer.version) == (Ending.ANSWERED, 502, "HTTP/2")
    assert "<center>nginx/1." in answer.body
    assert answer.error == ""
    assert [name for name, _ in answer.headers][:2] == ["server", "date"]
    assert answer.tls in {"TLSv1.2", "TLSv1.3"}


def test_a_body_larger_than_the_window(port: int) -> None:
    answer = contact(port, "/big")
    assert (answer.status, answer.body) == (200, "x" * 16384)


def test_a_stream_that_nginx_closes(port: int) -> None:
    answer = contact(port, "/gone")
    assert answer.ending is Ending.CLOSED
    assert answer.status is None


def test_the_form_is_that_of_http1() -> None:
    asked: list[dict[str, str]] = []

    def play(peer: Peer, server: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        asked.append({bytes(name).decode(): bytes(value).decode() for name, value in event.headers})
        server.send_headers(event.stream_id, [(":status", "103"), ("link", "</a>")])
        server.send_headers(event.stream_id, [(":status", "502"), ("server", "app")])
        server.send_data(event.stream_id, b"body")
        server.send_headers(event.stream_id, [("trailer", "x")], end_stream=True)

    said, refusal = ask(speaking(play))
    assert said == b"HTTP/2 103 \r\nlink: </a>\r\n\r\nHTTP/2 502 \r\nserver: app\r\n\r\nbody"
    assert refusal is None
    assert asked == [
        {":method": "GET", ":authority": "shop.example.com", ":scheme": "https", ":path": "/x", "user-agent": "t"}
    ]


def test_a_reset_stream_is_told() -> None:
    def play(peer: Peer, server: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        server.reset_stream(event.stream_id, h2.errors.ErrorCodes.INTERNAL_ERROR)

    said, refusal = ask(speaking(play))
    assert said == b""
    assert refusal is not None
    assert refusal.text == "HTTP/2: the stream was reset, error INTERNAL_ERROR"


def test_goaway_is_told_with_its_words() -> None:
    def play(peer: Peer, server: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        server.close_connection(h2.errors.ErrorCodes.ENHANCE_YOUR_CALM, b"too much", last_stream_id=0)

    _, refusal = ask(speaking(play))
    assert refusal is not None
    assert refusal.text == "HTTP/2: the connection was ended, error ENHANCE_YOUR_CALM (too much)"


def test_a_body_cut_off_is_told() -> None:
    def play(peer: Peer, server: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        server.send_headers(event.stream_id, [(":status", "200")])
        server.send_data(event.stream_id, b"half")
        peer.send(server.data_to_send())
        peer.connection.shutdown(socket.SHUT_RDWR)

    said, refusal = ask(speaking(play))
    assert said.endswith(b"half")
    assert refusal is not None
    assert refusal.text == "HTTP/2: closed within the response"


def test_silence_ends_at_the_limit() -> None:
    _, refusal = ask(speaking(lambda peer, server, event: None), limit=0.2)
    assert refusal is not None
    assert (refusal.no, refusal.met) == (No.TIMED_OUT, Met.TIMED_OUT)


class Saying:
    """A stream that says these bytes and ends."""

    seconds = 0.0
    tls = None
    local = ""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def send(self, data: bytes) -> Refusal | None:
        return None

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        said, self.data = self.data[:most], self.data[most:]
        return said

    async def close(self) -> None:
        pass


FRAMES = st.builds(
    lambda kind, flags, stream, load: (
        len(load).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + load
    ),
    st.integers(0, 10),
    st.integers(0, 255),
    st.integers(0, 3),
    st.binary(max_size=60),
)


async def hear(data: bytes) -> bytes | Refusal:
    stream = await over_http2(Saying(data))
    assert isinstance(stream, Http2)
    await stream.send(ASK)
    said: bytes | Refusal = b"x"
    while said and not isinstance(said, Refusal):
        said = await stream.receive(1)
    return said


@given(st.one_of(st.binary(max_size=300), st.lists(FRAMES, max_size=6).map(b"".join)))
@settings(max_examples=300)
def test_takes_any_bytes(data: bytes) -> None:
    assert isinstance(asyncio.run(hear(data)), bytes | Refusal)


def test_garbage_is_refused() -> None:
    found = asyncio.run(hear(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n"))
    assert isinstance(found, Refusal)
    assert found.text.startswith("HTTP/2: the answer is no HTTP/2: HTTP/1.1 400 Bad Request")


@pytest.mark.parametrize(
    "request_bytes", [b"GET\r\n\r\n", b"\r\n\r\n", b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", b"x" * 70_000]
)
def test_requests_that_are_none(request_bytes: bytes) -> None:
    async def send() -> Refusal | None:
        stream = await over_http2(Saying(b""))
        assert not isinstance(stream, Refusal)
        return await stream.send(request_bytes)

    refused = asyncio.run(send())
    assert isinstance(refused, Refusal)
    assert refused.text.startswith("HTTP/2: ")
