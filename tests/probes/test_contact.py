"""The client's own request against real sockets, and its lenient reading of any bytes."""

import asyncio
import ssl
import threading

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from tests.stands.around import endpoint, look, one
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Script, Upstream, answering
from why502.observations.answer import Answer, Ending
from why502.observations.fact import EvidenceKind
from why502.observations.probes import Met
from why502.observations.want import As, Protocols, TlsAs, Want
from why502.probes.contact import NotHttpError, begin, body_of, contacting, dechunked, read_head
from why502.vantage.local import Local

HTTP = As(protocol=Protocols.HTTP, host="shop.example.com", path="/cart", limit=3.0)
PAGE = b"<html>502 Bad Gateway</html>"


def contact(script: Script, how: As = HTTP) -> Answer:
    with Upstream(script) as upstream:
        return one(contacting, Want(kind=Answer, about=endpoint(upstream.port), how=how))


def test_an_answer_whole_with_its_headers_in_order() -> None:
    asked: list[bytes] = []

    def play(peer: Peer) -> None:
        asked.append(peer.read_head())
        peer.send(b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 28\r\n\r\n" + PAGE)
        peer.hold()

    answer = contact(
        play, As(protocol=Protocols.HTTP, host="shop.example.com", path="/cart", headers=(("User-Agent", "x"),))
    )
    assert asked == [b"GET /cart HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: x\r\nConnection: close\r\n\r\n"]
    assert (answer.ending, answer.status, answer.reason, answer.version) == (
        Ending.ANSWERED,
        502,
        "Bad Gateway",
        "HTTP/1.1",
    )
    assert answer.headers == (("Server", "nginx"), ("X-A", "1"), ("x-a", "2"), ("Content-Length", "28"))
    assert answer.body == PAGE.decode()
    assert answer.error == ""
    assert answer.request.url == "http://shop.example.com/cart"
    assert answer.seen.kind is EvidenceKind.PAGE
    assert answer.seen.raw.splitlines()[1] == "HTTP/1.1 502 Bad Gateway"
    assert 0 < answer.seconds < 5


@pytest.mark.parametrize(
    ("sent", "body", "error"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde", ""),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n9\r\nde", "abcde", "the body ended within a chunk"),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", "abc", "a chunk does not end where its size says"),
        (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "", "invalid chunk size: zz"),
        (b"Content-Length: 10\r\n\r\nabc", "abc", "the body ended after 3 of 10 bytes"),
        (b"Content-Length: 3\r\n\r\nabcdef", "abc", ""),
        (b"\r\nuntil the end", "until the end", ""),
        (b"\r\n" + b"x" * 100_000, "x" * 16384, ""),
        (b"Content-Type: text/plain\r\n\r\n\xff\xfe", "\ufffd\ufffd", ""),
    ],
)
def test_bodies(sent: bytes, body: str, error: str) -> None:
    answer = contact(answering(b"HTTP/1.1 200 OK\r\n" + sent))
    assert (answer.ending, answer.body, answer.error) == (Ending.ANSWERED, body, error)


@pytest.mark.parametrize(
    ("sent", "ending"),
    [
        (b"", Ending.CLOSED),
        (b"HTTP/1.1 200", Ending.CLOSED),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Ending.INVALID),
        (b"HTTP/1.1 OK\r\n\r\n", Ending.INVALID),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000, Ending.INVALID),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5000, Ending.INVALID),
        (b"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 204 No\n\n", Ending.ANSWERED),
    ],
)
def test_endings(sent: bytes, ending: Ending) -> None:
    assert contact(answering(sent)).ending is ending


def test_reset_is_told() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.reset()

    answer = contact(play)
    assert (answer.ending, answer.error) == (Ending.CLOSED, "Connection reset by peer")


def test_no_connection() -> None:
    answer = one(contacting, Want(kind=Answer, about=endpoint(free_port()), how=HTTP))
    assert (answer.ending, answer.met, answer.error) == (Ending.NO_CONNECTION, Met.REFUSED, "refused (111)")


def test_no_tls() -> None:
    answer = contact(answering(b""), As(protocol=Protocols.HTTP, tls=TlsAs(server_name="a.example"), limit=0.3))
    assert (answer.ending, answer.request.url.partition(":")[0]) == (Ending.TLS_FAILED, "https")


def test_tls_with_its_chain() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("a.example").configure_cert(context)

    def play(peer: Peer) -> None:
        peer.secure(context)
        answering(b"HTTP/1.1 200 OK\r\n\r\nx")(peer)

    answer = contact(play, As(protocol=Protocols.HTTP, tls=TlsAs(server_name="a.example")))
    assert (answer.ending, answer.status, answer.tls) == (Ending.ANSWERED, 200, "TLSv1.3")
    assert answer.chain[0].names == ("a.example",)


def test_a_request_that_hangs_is_waited_for_again() -> None:
    go = threading.Event()
    peers: list[str] = []

    def play(peer: Peer) -> None:
        name = peer.connection.getpeername()
        peers.append(f"{name[0]}:{name[1]}")
        peer.read_head()
        go.wait(5)
        peer.send(b"HTTP/1.1 504 Gateway Time-out\r\nContent-Length: 0\r\n\r\n")
        peer.hold()

    async def wait(port: int) -> tuple[Answer, Answer, str]:
        pending = await begin(Local(), endpoint(port), HTTP, number=2, token="t0k3n")
        first = await pending.finish(0.1)
        go.set()
        second = await pending.finish(5)
        await pending.close()
        return first, second, pending.local

    with Upstream(play) as upstream:
        first, second, local = asyncio.run(wait(upstream.port))
    assert (first.ending, first.status, first.number) == (Ending.HANGING, None, 2)
    assert first.request.token == "t0k3n"
    assert first.seconds >= 0.1
    assert (second.ending, second.status) == (Ending.ANSWERED, 504)
    assert peers == [local]


def test_a_body_that_drips_ends_at_the_limit() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        peer.drip(b"x" * 1000, 0.02)

    answer = contact(play, As(protocol=Protocols.HTTP, limit=0.3))
    assert (answer.ending, answer.status, answer.error) == (Ending.ANSWERED, 200, "the body was not whole in time")
    assert answer.seconds < 5


def test_terminal_escapes_stay_out_of_the_report() -> None:
    answer = contact(answering(b"HTTP/1.1 502 \x1b[2J\r\nServer: \x1b]0;x\x07\r\n\r\n\x1b[31mred"))
    assert all(line.isprintable() for line in answer.seen.raw.splitlines())
    assert len(answer.seen.raw) <= 2000


def test_head_has_no_body() -> None:
    sent = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    answer = contact(answering(sent), As(protocol=Protocols.HTTP, method="HEAD"))
    assert (answer.ending, answer.body, answer.error) == (Ending.ANSWERED, "", "")


def test_unsafe_methods_are_for_the_caller_alone() -> None:
    how = As(protocol=Protocols.HTTP, method="POST")
    assert look(contacting, Want(kind=Answer, about=endpoint(1), how=how)) == ()


def test_a_body_goes_with_its_length() -> None:
    asked: list[bytes] = []

    def play(peer: Peer) -> None:
        data = peer.read_head()
        while not data.endswith(b"a=b"):
            data += peer.read()
        asked.append(data)
        peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def post(port: int) -> Answer:
        how = As(protocol=Protocols.HTTP, host="a", method="POST", body=b"a=b", headers=(("Connection", "close"),))
        pending = await begin(Local(), endpoint(port), how)
        answer = await pending.finish(5)
        await pending.close()
        return answer

    with Upstream(play) as upstream:
        assert asyncio.run(post(upstream.port)).status == 204
    assert asked == [b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\na=b"]


@given(st.binary(max_size=300), st.booleans())
def test_takes_any_bytes(data: bytes, begun: bool) -> None:
    data = b"HTTP/1.1 200 OK\r\n" + data if begun else data
    try:
        head = read_head(data)
    except NotHttpError:
        return
    if head is not None:
        body, _, _ = body_of(head, data, "GET", ended=True)
        assert len(body) <= len(data)


@given(st.binary(max_size=300))
def test_takes_any_chunks(data: bytes) -> None:
    body, _, _ = dechunked(data)
    assert len(body) <= len(data)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_chunks_come_back(pieces: list[bytes]) -> None:
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    assert dechunked(coded) == (b"".join(pieces), True, "")
