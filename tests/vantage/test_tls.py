"""TLS over a stream, against Python's own server side and peers that are no TLS at all."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stands.upstream import Peer, Script, Upstream
from why502.observations.probes import Handshake, Met
from why502.observations.subjects import Endpoint
from why502.observations.want import As, TlsAs
from why502.vantage.base import No, Refusal, Stream, TlsRefusal
from why502.vantage.local import Local
from why502.vantage.tls import Wrapped, fits, secure


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, *names: str, **more: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **more).configure_cert(context)  # type: ignore[arg-type]
    return context


def serving(context: ssl.SSLContext, seen: list[str | None] | None = None) -> Script:
    """Shake hands, echo one message in capitals."""
    if seen is not None:
        context.sni_callback = lambda _socket, name, _context: seen.append(name)

    def play(peer: Peer) -> None:
        peer.secure(context)
        peer.send(peer.read().upper())

    return play


async def plain(upstream: Upstream) -> Stream:
    local = Local()
    stream = await local.connect(Endpoint(place=local.here(), address="127.0.0.1", port=upstream.port), As())
    assert not isinstance(stream, Refusal)
    return stream


def met(
    script: Script,
    how: TlsAs,
    name: str | None = None,
    limit: float = 5.0,
    then: Callable[[Wrapped], Awaitable[None]] | None = None,
) -> Wrapped | TlsRefusal:
    async def look(upstream: Upstream) -> Wrapped | TlsRefusal:
        stream = await plain(upstream)
        secured = await secure(stream, how, name, limit, now)
        if isinstance(secured, Wrapped):
            if then is not None:
                await then(secured)
            await secured.close()
        return secured

    with Upstream(script) as upstream:
        return asyncio.run(look(upstream))


def refused(script: Script, how: TlsAs | None = None, limit: float = 5.0) -> TlsRefusal:
    found = met(script, how or TlsAs(), limit=limit)
    assert isinstance(found, TlsRefusal)
    return found


def test_an_unknown_authority_does_not_end_the_handshake(authority: trustme.CA) -> None:
    context = server_context(authority, "shop.example.com")
    context.set_alpn_protocols(["http/1.1"])
    names: list[str | None] = []

    async def talk(stream: Wrapped) -> None:
        assert await stream.send(b"hello " * 1000) is None
        assert await stream.receive(5, 6) == b"HELLO "

    how = TlsAs(server_name="shop.example.com", alpn=("h2", "http/1.1"))
    found = met(serving(context, names), how, "shop.example.com", then=talk)
    assert isinstance(found, Wrapped)
    assert found.tls is not None
    assert (found.tls.version, found.tls.alpn) == ("TLSv1.3", "http/1.1")
    assert found.tls.verified == "unable to get local issuer certificate"
    assert found.tls.chain[0].names == ("shop.example.com",)
    assert not found.tls.chain[0].self_signed
    assert found.seconds > 0
    assert names == ["shop.example.com"]


def test_a_chain_that_the_system_trusts_is_good(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    script = serving(server_context(authority, "shop.example.com", "10.0.0.1"))
    checked = {
        name: found.tls.verified
        for name in ("shop.example.com", "SHOP.example.com.", "other.example.com", "10.0.0.1", "10.0.0.2", None)
        if isinstance(found := met(script, TlsAs(), name), Wrapped) and found.tls is not None
    }
    assert checked == {
        "shop.example.com": "",
        "SHOP.example.com.": "",
        "other.example.com": "hostname mismatch",
        "10.0.0.1": "",
        "10.0.0.2": "IP address mismatch",
        None: "",
    }


def test_an_expired_certificate_is_told(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    yesterday = now() - timedelta(days=1)
    found = met(serving(server_context(authority, "a.example", not_after=yesterday)), TlsAs(), "a.example")
    assert isinstance(found, Wrapped)
    assert found.tls is not None
    assert found.tls.verified == "certificate has expired"
    assert found.tls.chain[0].not_after < now()


def test_no_name_is_sent_unless_given_and_never_an_address(authority: trustme.CA) -> None:
    names: list[str | None] = []
    script = serving(server_context(authority, "a.example"), names)
    met(script, TlsAs())
    met(script, TlsAs(server_name="127.0.0.1"))
    met(script, TlsAs(server_name="a.example"))
    assert names == [None, None, "a.example"]


def test_plain_http_is_shown_as_it_came() -> None:
    page = b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>"

    def play(peer: Peer) -> None:
        peer.read()
        peer.send(page)
        peer.hold()

    found = refused(play)
    assert (found.handshake, found.met) == (Handshake.NOT_TLS.value, Met.CONNECTED)
    assert found.first == page
    assert found.text == "wrong version number"


def test_a_short_greeting_and_the_end_is_no_tls() -> None:
    def play(peer: Peer) -> None:
        peer.send(b"220")
        peer.read()

    assert refused(play).handshake == Handshake.NOT_TLS.value


def test_an_alert_is_told_with_its_words(authority: trustme.CA) -> None:
    context = server_context(authority, "a.example")
    context.sni_callback = lambda _socket, _name, _context: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    found = refused(serving(context), TlsAs(server_name="b.example"))
    assert found.handshake == Handshake.ALERT.value
    assert "unrecognized name" in found.text


def test_a_version_that_the_server_does_not_speak(authority: trustme.CA) -> None:
    context = server_context(authority, "a.example")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    found = refused(serving(context), TlsAs(newest="TLSv1.2"))
    assert found.handshake == Handshake.ALERT.value
    assert "protocol version" in found.text


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
def test_old_servers_are_spoken_with(authority: trustme.CA) -> None:
    context = server_context(authority, "a.example")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    found = met(serving(context), TlsAs())
    assert isinstance(found, Wrapped)
    assert found.tls is not None
    assert found.tls.version == "TLSv1"


def test_a_certificate_that_is_asked_for_is_missed_afterwards(authority: trustme.CA) -> None:
    context = server_context(authority, "a.example")
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    answers: list[bytes | Refusal] = []

    async def talk(stream: Wrapped) -> None:
        answers.append(await stream.receive(5))

    found = met(serving(context), TlsAs(), then=talk)
    assert isinstance(answers[0], Refusal)
    assert "certificate required" in answers[0].text
    assert isinstance(found, Wrapped)
    assert found.tls is not None
    assert found.tls.wants_certificate


def test_in_the_older_version_the_handshake_itself_fails(authority: trustme.CA) -> None:
    context = server_context(authority, "a.example")
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    found = refused(serving(context), TlsAs(newest="TLSv1.2"))
    assert found.handshake == Handshake.ALERT.value
    assert found.wants_certificate
    assert found.chain[0].names == ("a.example",)
    other = met(serving(server_context(authority, "a.example")), TlsAs(newest="TLSv1.2"))
    assert isinstance(other, Wrapped)
    assert other.tls is not None
    assert not other.tls.wants_certificate


def test_a_certificate_tells_where_its_issuers_own_is(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a.example")])
    kinds = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    places = [
        x509.AccessDescription(kind, x509.UniformResourceIdentifier(f"http://ca.example/{at}"))
        for at, kind in enumerate(kinds)
    ]
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now(), now() + timedelta(days=1))
    signed = made.add_extension(x509.AuthorityInformationAccess(places), critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "both.pem").write_bytes(secret + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    found = met(serving(context), TlsAs())
    assert isinstance(found, Wrapped)
    assert found.tls is not None
    assert found.tls.chain[0].issuer_at == "http://ca.example/1"


def test_closed_reset_and_silent_peers() -> None:
    def close(peer: Peer) -> None:
        peer.read()

    def reset(peer: Peer) -> None:
        peer.read()
        peer.reset()

    assert refused(close).handshake == Handshake.CLOSED.value
    assert (found := refused(reset)).handshake == Handshake.RESET.value
    assert found.errno == 104
    silent = refused(Peer.hold, limit=0.1)
    assert (silent.handshake, silent.no) == (Handshake.TIMED_OUT.value, No.TIMED_OUT)


def test_a_peer_that_drips_does_not_stretch_the_limit() -> None:
    found = refused(lambda peer: peer.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 1000, 0.02), limit=0.3)
    assert found.handshake == Handshake.TIMED_OUT.value
    assert 0.2 < found.seconds < 5


def test_bytes_after_the_handshake_have_a_deadline_too(authority: trustme.CA) -> None:
    context = server_context(authority, "a.example")
    silent = threading.Event()

    def play(peer: Peer) -> None:
        peer.secure(context)
        silent.set()
        peer.hold()

    answers: list[bytes | Refusal] = []

    async def talk(stream: Wrapped) -> None:
        answers.append(await stream.receive(0.1))

    met(play, TlsAs(), then=talk)
    assert isinstance(answers[0], Refusal)
    assert answers[0].no is No.TIMED_OUT


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


@given(st.binary(max_size=400), st.booleans())
@settings(deadline=None, max_examples=60)
def test_takes_any_bytes(data: bytes, record: bool) -> None:
    head = b"\x16\x03\x03" + len(data).to_bytes(2, "big") if record else b""
    found = asyncio.run(secure(Saying(head + data), TlsAs(), None, 1, now))
    assert isinstance(found, TlsRefusal)
    assert found.first == (head + data)[:256]


@pytest.mark.parametrize(
    ("pattern", "name", "good"),
    [
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.com", "example.com", False),
        ("a*.example.com", "ab.example.com", False),
        ("xn--bcher-kva.example", "bücher.example", True),
        ("EXAMPLE.com", "example.COM", True),
    ],
)
def test_names_fit_as_rfc_6125_says(pattern: str, name: str, good: bool) -> None:
    assert fits(pattern, name) is good
