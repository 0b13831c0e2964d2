"""One request to real sockets: how each kind of upstream answers."""

import ssl
from pathlib import Path

import pytest
import trustme

from tests.stands.around import endpoint, look, one, socket_path
from tests.stands.nginx import free_port
from tests.stands.php_fpm import php_fpm
from tests.stands.upstream import Peer, Script, Upstream, answering
from why502.observations.fact import Like
from why502.observations.probes import Met, Reply, ResponseAttempt
from why502.observations.want import As, Gap, Protocols, TlsAs, Want, Why
from why502.probes import fastcgi
from why502.probes.response import asking

HTTP = As(protocol=Protocols.HTTP, host="shop.example.com", path="/cart", limit=3.0)


def ask(script: Script, how: As = HTTP) -> ResponseAttempt:
    with Upstream(script) as upstream:
        return one(asking, Want(kind=ResponseAttempt, about=endpoint(upstream.port), how=how))


def test_asks_as_the_gateway_does_and_measures_the_head() -> None:
    asked: list[bytes] = []
    head = b"HTTP/1.1 404 Not Found\r\nServer: app\r\nX: " + b"y" * 5000 + b"\r\n\r\n"

    def play(peer: Peer) -> None:
        asked.append(peer.read_head())
        peer.send(head + b"body")
        peer.hold()

    how = As(
        protocol=Protocols.HTTP,
        host="shop.example.com",
        path="/cart?x=1",
        headers=(("X-Real-IP", "10.0.0.1"), ("Connection", "close"), (":version", "1.1")),
        limit=3.0,
    )
    attempt = ask(play, how)
    assert asked == [
        b"GET /cart?x=1 HTTP/1.1\r\nHost: shop.example.com\r\nX-Real-IP: 10.0.0.1\r\nConnection: close\r\n\r\n"
    ]
    assert (attempt.reply, attempt.status, attempt.head_complete) == (Reply.ANSWERED, 404, True)
    assert attempt.head_bytes == len(head)
    assert attempt.head.encode("latin-1") == head
    assert attempt.first == head[:256]
    assert attempt.seen.likeness == {Like.NETWORK, Like.PROTOCOL, Like.HOST, Like.BYTES}
    assert len(attempt.seen.raw) <= 2000


@pytest.mark.parametrize(
    ("script", "reply", "wrong"),
    [
        (answering(b""), Reply.CLOSED, "closed without a byte"),
        (answering(b"HTTP/1.1 200 OK\r\nA:"), Reply.CLOSED, "closed within the response head"),
        (answering(b"SSH-2.0-OpenSSH_9.2\r\n"), Reply.INVALID, "no valid HTTP/1.0 header"),
        (answering(b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n"), Reply.INVALID, 'invalid header: "A\\x20..."'),
        (answering(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000), Reply.TOO_BIG, "too big header"),
    ],
)
def test_answers_that_are_none(script: Script, reply: Reply, wrong: str) -> None:
    attempt = ask(script)
    assert (attempt.met, attempt.reply, attempt.wrong) == (Met.CONNECTED, reply, wrong)
    assert not attempt.head_complete


def test_reset() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.reset()

    assert ask(play).reply is Reply.RESET


def test_silence_and_dripping_end_at_the_limit() -> None:
    how = As(protocol=Protocols.HTTP, limit=0.3)
    for script in (Peer.hold, lambda peer: peer.drip(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000, 0.02)):
        attempt = ask(script, how)
        assert attempt.reply is Reply.TIMED_OUT
        assert attempt.wrong == ""
        assert 0.2 < attempt.seconds < 5


def test_ten_megabytes_of_head_are_not_read() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(b"HTTP/1.1 200 OK\r\nA: ")
        for _ in range(160):
            peer.send(b"x" * 65536)

    attempt = ask(play)
    assert (attempt.reply, attempt.head_bytes, len(attempt.head)) == (Reply.TOO_BIG, 65536, 65536)


@pytest.mark.parametrize(
    ("judge", "reply"),
    [
        ("nginx/1.22.1", Reply.ANSWERED),
        ("nginx/1.23.0", Reply.INVALID),
        ("nginx", Reply.INVALID),
        ("x/y", Reply.INVALID),
    ],
)
def test_the_judge_is_the_gateway_at_hand(judge: str, reply: Reply) -> None:
    how = As(protocol=Protocols.HTTP, headers=((":judge", judge),), limit=3.0)
    attempt = ask(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"), how)
    assert attempt.reply is reply
    assert Like.BYTES not in attempt.seen.likeness


def test_early_hints_are_not_the_head() -> None:
    final = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"
    attempt = ask(answering(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + final + b"body"))
    assert (attempt.status, attempt.head_bytes, attempt.head) == (200, len(final), final.decode())


def test_terminal_escapes_stay_out_of_the_report() -> None:
    attempt = ask(answering(b"HTTP/1.1 200 OK\r\nServer: \x1b]0;owned\x07\r\n\r\n"))
    assert "Server: \\x1b]0;owned\\x07" in attempt.seen.raw


def test_over_tls_without_http2() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("shop.example.com").configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])

    def play(peer: Peer) -> None:
        peer.secure(context)
        answering(b"HTTP/1.1 200 OK\r\n\r\n")(peer)

    tls = TlsAs(server_name="shop.example.com", alpn=("h2", "http/1.1"))
    attempt = ask(play, As(protocol=Protocols.HTTP, tls=tls, limit=3.0))
    assert (attempt.reply, attempt.status) == (Reply.ANSWERED, 200)
    assert Like.SERVER_NAME in attempt.seen.likeness


def test_a_failed_handshake_is_no_reply() -> None:
    def play(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    attempt = ask(play, As(protocol=Protocols.HTTP, tls=TlsAs()))
    assert (attempt.met, attempt.reply) == (Met.CONNECTED, None)
    assert attempt.wrong == "TLS handshake failed: wrong version number"
    assert attempt.first.startswith(b"HTTP/1.1 400")


def test_no_connection() -> None:
    attempt = one(asking, Want(kind=ResponseAttempt, about=endpoint(free_port()), how=HTTP))
    assert (attempt.met, attempt.reply, attempt.wrong) == (Met.REFUSED, None, "")


def test_fastcgi_over_a_unix_socket(tmp_path: Path) -> None:
    asked: list[bytes] = []

    def play(peer: Peer) -> None:
        asked.append(peer.read())
        peer.send(fastcgi.record(fastcgi.Kind.STDERR, b"PHP message: \x1bx"))
        peer.send(fastcgi.record(fastcgi.Kind.STDOUT, b"Status: 404 Not Found\r\nA: b\r\n\r\nFile not found."))
        peer.hold()

    path = str(tmp_path / "fpm.sock")
    how = As(protocol=Protocols.FASTCGI, headers=(("SCRIPT_FILENAME", "/srv/index.php"),), limit=3.0)
    with Upstream(play, path=path):
        attempt = one(asking, Want(kind=ResponseAttempt, about=socket_path(path), how=how))
    assert (attempt.reply, attempt.status) == (Reply.ANSWERED, 404)
    assert attempt.head == "Status: 404 Not Found\r\nA: b\r\n\r\n"
    assert attempt.head_bytes == 8 + len("PHP message: \x1bx") + 8 + len(attempt.head)
    assert "standard error: PHP message: \\x1bx" in attempt.seen.raw
    assert b"SCRIPT_FILENAME/srv/index.php" in asked[0]


def test_the_real_php_fpm(tmp_path: Path) -> None:
    script = tmp_path / "index.php"
    script.write_text(
        "<?php error_log('PHP oops'); http_response_code(503); header('X-Asked: '.$_SERVER['QUERY_STRING']); echo 'hi';"
    )
    with php_fpm(tmp_path) as path:

        def ask_for(file: str) -> ResponseAttempt:
            how = As(protocol=Protocols.FASTCGI, path="/?a=b", headers=(("SCRIPT_FILENAME", file),), limit=5.0)
            return one(asking, Want(kind=ResponseAttempt, about=socket_path(path), how=how))

        answered, missing = ask_for(str(script)), ask_for(str(tmp_path / "none.php"))
    assert (answered.reply, answered.status) == (Reply.ANSWERED, 503)
    assert "\r\nX-Asked: a=b\r\n" in answered.head
    assert answered.head.endswith("\r\n\r\n")
    assert "standard error: PHP message: PHP oops" in answered.seen.raw
    assert (missing.reply, missing.status) == (Reply.ANSWERED, 404)
    assert "Primary script unknown" in missing.seen.raw


def test_fastcgi_to_an_http_port() -> None:
    def play(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    attempt = ask(play, As(protocol=Protocols.FASTCGI))
    assert (attempt.reply, attempt.wrong) == (Reply.INVALID, "unsupported FastCGI protocol version: 72")


def test_unsafe_methods_are_never_sent() -> None:
    asked: list[bytes] = []
    with Upstream(lambda peer: asked.append(peer.read())) as upstream:
        how = As(protocol=Protocols.HTTP, method="POST")
        found = look(asking, Want(kind=ResponseAttempt, about=endpoint(upstream.port), how=how))
    assert isinstance(found, Gap)
    assert found.why is Why.SWITCHED_OFF
    assert not asked


@pytest.mark.parametrize("protocol", [Protocols.NOTHING, Protocols.SCGI, Protocols.GRPC])
def test_other_protocols_are_no_concern(protocol: Protocols) -> None:
    assert look(asking, Want(kind=ResponseAttempt, about=endpoint(1), how=As(protocol=protocol))) == ()
