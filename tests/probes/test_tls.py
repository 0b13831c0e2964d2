"""TLS handshakes as facts."""

import ssl

import pytest
import trustme

from tests.stands.around import endpoint, look, one, socket_path
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Upstream
from why502.observations.fact import Like
from why502.observations.probes import Handshake, Met, TlsAttempt
from why502.observations.want import As, TlsAs, Want
from why502.probes.tls import shaking_hands


@pytest.fixture(scope="module")
def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("shop.example.com").configure_cert(made)
    return made


def test_a_handshake_with_its_certificate(context: ssl.SSLContext) -> None:
    def play(peer: Peer) -> None:
        peer.secure(context)
        peer.hold()

    how = As(tls=TlsAs(server_name="shop.example.com"))
    with Upstream(play) as upstream:
        attempt = one(shaking_hands, Want(kind=TlsAttempt, about=endpoint(upstream.port), how=how))
    assert (attempt.met, attempt.handshake, attempt.version) == (Met.CONNECTED, Handshake.DONE, "TLSv1.3")
    assert attempt.error == "unable to get local issuer certificate"
    assert attempt.chain[0].names == ("shop.example.com",)
    assert attempt.seen.likeness == {Like.NETWORK, Like.SERVER_NAME}
    assert "as shop.example.com: TLSv1.3 in" in attempt.seen.raw
    assert "for shop.example.com, until " in attempt.seen.raw


def test_a_peer_that_asks_for_a_certificate() -> None:
    authority = trustme.CA()
    asks = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example.com").configure_cert(asks)
    authority.configure_trust(asks)
    asks.verify_mode = ssl.CERT_REQUIRED

    def play(peer: Peer) -> None:
        peer.secure(asks)

    with Upstream(play) as upstream:
        how = As(tls=TlsAs(newest="TLSv1.2"))
        attempt = one(shaking_hands, Want(kind=TlsAttempt, about=endpoint(upstream.port), how=how))
    assert attempt.handshake is Handshake.ALERT
    assert attempt.wants_certificate
    assert "asks for a certificate of the client" in attempt.seen.raw


def test_plain_http_without_escapes() -> None:
    def play(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 400 \x1b[2JBad\r\n\r\n")
        peer.hold()

    with Upstream(play) as upstream:
        attempt = one(shaking_hands, Want(kind=TlsAttempt, about=endpoint(upstream.port)))
    assert attempt.handshake is Handshake.NOT_TLS
    assert attempt.first == b"HTTP/1.1 400 \x1b[2JBad\r\n\r\n"
    assert r"it said: HTTP/1.1 400 \x1b[2JBad\r\n" in attempt.seen.raw


def test_no_connection_no_handshake() -> None:
    attempt = one(shaking_hands, Want(kind=TlsAttempt, about=endpoint(free_port()), how=As(tls=TlsAs())))
    assert (attempt.met, attempt.handshake) == (Met.REFUSED, None)


def test_silence_ends_at_the_limit() -> None:
    with Upstream(Peer.hold) as upstream:
        attempt = one(shaking_hands, Want(kind=TlsAttempt, about=endpoint(upstream.port), how=As(limit=0.2)))
    assert attempt.handshake is Handshake.TIMED_OUT
    assert 0.15 < attempt.seconds < 5


def test_a_socket_path_is_no_concern() -> None:
    assert look(shaking_hands, Want(kind=TlsAttempt, about=socket_path("/x"))) == ()
