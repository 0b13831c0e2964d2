"""TLS over any Stream, by memory BIO: the whole handshake is looked at, and no bad certificate ends it.

A client of ours speaks as gateways do: old versions and weak keys are taken (OpenSSL's security level 0), and whether
the chain is good for the name is told beside, never enforced.
"""

import asyncio
import ipaddress
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from why502.observations.place import Window
from why502.observations.probes import Certificate, Handshake, Met
from why502.observations.want import TlsAs
from why502.vantage.base import No, Refusal, Stream, TlsMet, TlsRefusal

if TYPE_CHECKING:
    from cryptography import x509
    from OpenSSL import SSL, crypto

FIRST = 256
"""How many of the peer's first bytes are kept."""

CHAIN = 20
"""Most certificates of a chain that are looked at."""

NAMES = 200
URL = 500
CHUNK = 16384
SECONDS_TO_CLOSE = 0.2
_ECONNRESET = (104, 32)
_ASKED = b"read server certificate request"
"""How OpenSSL names the state after a CertificateRequest (SSL_state_string_long)."""

_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_TLS_RECORDS = frozenset(range(20, 25))

# how OpenSSL's reasons begin that name an alert of the peer (some leave out the word: "tlsv1 unrecognized name")
_ALERTS = ("tlsv1 ", "tlsv13 ")

# X509_verify_cert_error_string of OpenSSL 3, for what a chain can meet
REASONS = {
    2: "unable to get issuer certificate",
    7: "certificate signature failure",
    9: "certificate is not yet valid",
    10: "certificate has expired",
    18: "self-signed certificate",
    19: "self-signed certificate in certificate chain",
    20: "unable to get local issuer certificate",
    21: "unable to verify the first certificate",
    22: "certificate chain too long",
    23: "certificate revoked",
    24: "invalid CA certificate",
    25: "path length constraint exceeded",
    26: "unsuitable certificate purpose",
    27: "certificate not trusted",
    32: "key usage does not include certificate signing",
    47: "permitted subtree violation",
    79: "invalid CA certificate",
}
MISMATCH = "hostname mismatch"
ADDRESS_MISMATCH = "IP address mismatch"
_VERSIONS = {
    "SSLv3": 0x0300,
    "TLSv1": 0x0301,
    "TLSv1.0": 0x0301,
    "TLSv1.1": 0x0302,
    "TLSv1.2": 0x0303,
    "TLSv1.3": 0x0304,
}


class Wrapped:
    """A Stream that speaks TLS over another one."""

    def __init__(self, under: Stream, spoken: "SSL.Connection", now: Callable[[], datetime]) -> None:
        """Speak `spoken` over `under`; call `shake` before anything else."""
        self._under = under
        self._spoken = spoken
        self._now = now
        self.tls: TlsMet | None = None
        self.local = under.local
        self.seconds = under.seconds
        self.first = b""

    async def shake(self, deadline: float) -> Refusal | bytes | None:
        """Do the handshake; `None` when it is done, the refusal that stopped it, or `b""` where the peer hung up."""
        from OpenSSL import SSL

        while True:
            try:
                self._spoken.do_handshake()
            except SSL.WantReadError:
                pass
            else:
                return await self._flush()
            refused = await self._flush() or await self._fill(deadline)
            if refused is not None:
                return refused

    async def _flush(self) -> Refusal | None:
        """Send what the machine has to say."""
        from OpenSSL import SSL

        while True:
            try:
                data = self._spoken.bio_read(CHUNK)
            except SSL.WantReadError:
                return None
            refused = await self._under.send(data)
            if refused is not None:
                return refused

    async def _fill(self, deadline: float) -> Refusal | bytes | None:
        """Give the machine what comes before the deadline (of the loop's clock)."""
        limit = deadline - asyncio.get_running_loop().time()
        if limit <= 0:
            return Refusal(no=No.TIMED_OUT, at=Window.instant(self._now()), text="no data", met=Met.TIMED_OUT)
        data = await self._under.receive(limit, CHUNK)
        if isinstance(data, Refusal) or not data:
            return data
        if len(self.first) < FIRST:
            self.first = (self.first + data)[:FIRST]
        self._spoken.bio_write(data)
        return None

    async def send(self, data: bytes) -> Refusal | None:
        """Send all of it."""
        from OpenSSL import SSL

        for start in range(0, len(data), CHUNK):
            try:
                self._spoken.sendall(data[start : start + CHUNK])
            except SSL.Error as error:
                return self._failed(error)
            refused = await self._flush()
            if refused is not None:
                return refused
        return None

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return what came; the end is `b""` whether or not the peer announced it."""
        from OpenSSL import SSL

        deadline = asyncio.get_running_loop().time() + limit
        while True:
            try:
                return self._spoken.recv(most)
            except SSL.ZeroReturnError:
                return b""
            except SSL.WantReadError:
                pass
            except SSL.Error as error:
                return self._failed(error)
            refused = await self._flush() or await self._fill(deadline)
            if refused is not None:
                return refused

    def _failed(self, error: "SSL.Error") -> Refusal:
        text = _reason(error)
        return Refusal(no=No.FAILED, at=Window.instant(self._now()), text=f"TLS: {text}", met=Met.OTHER)

    async def close(self) -> None:
        """Say good-bye where that can be done at once, and hang up."""
        from OpenSSL import SSL

        try:
            self._spoken.shutdown()
            async with asyncio.timeout(SECONDS_TO_CLOSE):
                await self._flush()
        except (SSL.Error, TimeoutError):
            pass
        await self._under.close()


async def secure(
    stream: Stream, how: TlsAs, name_to_check: str | None, limit: float, now: Callable[[], datetime]
) -> "Wrapped | TlsRefusal":
    """Shake hands over a connected stream, within `limit` seconds; on a refusal the stream is closed.

    `name_to_check` (a host name or an IP literal) is what the certificate should be good for; `None`: any name.
    """
    from OpenSSL import SSL

    loop = asyncio.get_running_loop()
    began, started = now(), loop.time()
    faults: list[int] = []
    asked: list[bool] = []
    wrapped = Wrapped(stream, _machine(how, faults, asked), now)
    wrong: SSL.Error | None = None
    met: Refusal | bytes | None = None
    try:
        met = await wrapped.shake(started + limit)
    except SSL.Error as error:
        wrong = error
        await wrapped._flush()  # the alert that tells the peer why
    seconds = loop.time() - started
    chain = _chain(wrapped._spoken)
    if met is None and wrong is None:
        wrapped.seconds = stream.seconds + seconds
        wrapped.tls = TlsMet(
            version=wrapped._spoken.get_protocol_version_name(),
            alpn=wrapped._spoken.get_alpn_proto_negotiated().decode("latin-1") or None,
            chain=chain,
            verified=_verified(faults, chain, name_to_check),
            wants_certificate=bool(asked),
        )
        return wrapped
    await stream.close()
    how_ended, text = _ending(met, wrong, wrapped.first)
    return TlsRefusal(
        no=No.TIMED_OUT if how_ended is Handshake.TIMED_OUT else No.FAILED,
        at=Window(start=began, end=now()),
        text=text,
        errno=met.errno if isinstance(met, Refusal) else None,
        met=Met.CONNECTED,
        handshake=how_ended.value,
        first=wrapped.first,
        seconds=seconds,
        chain=chain,
        wants_certificate=bool(asked),
    )


def _machine(how: TlsAs, faults: list[int], asked: list[bool]) -> "SSL.Connection":
    """Make the client's end; every fault of the chain is written down, none stops it; so is a request for our own."""
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    context.set_min_proto_version(SSL.TLS1_VERSION)
    if how.newest is not None and how.newest in _VERSIONS:
        context.set_max_proto_version(_VERSIONS[how.newest])
    context.set_default_verify_paths()

    def write_down(_connection: SSL.Connection, _certificate: object, code: int, _depth: int, good: int) -> bool:
        if not good:
            faults.append(code)
        return True

    def follow(connection: SSL.Connection, _where: int, _result: int) -> None:
        if not asked and connection.get_state_string().endswith(_ASKED):
            asked.append(True)

    context.set_verify(SSL.VERIFY_PEER, write_down)
    context.set_info_callback(follow)
    if how.alpn:
        context.set_alpn_protos([protocol.encode("latin-1", "replace")[:255] for protocol in how.alpn])
    machine = SSL.Connection(context, None)
    machine.set_connect_state()
    if how.server_name is not None and not _is_address(how.server_name):
        machine.set_tlsext_host_name(_idna(how.server_name))
    return machine


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _idna(name: str) -> bytes:
    """Write a name as it goes over the wire; what IDNA refuses goes as it is (a gateway would send it, too)."""
    name = name.rstrip(".")
    try:
        return name.encode("ascii") if name.isascii() else name.encode("idna")
    except UnicodeError:
        return name.encode("utf-8", "replace")


def _reason(error: "SSL.Error") -> str:
    """Return OpenSSL's words, or the class of the error where it has none."""
    told = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(each[2]) for each in told if each[2]) or " ".join(map(str, error.args)) or type(error).__name__


def _ending(met: Refusal | bytes | None, wrong: "SSL.Error | None", first: bytes) -> tuple[Handshake, str]:
    if wrong is not None:
        text = _reason(wrong)
        if first and first[0] not in _TLS_RECORDS:
            return Handshake.NOT_TLS, text
        alert = "alert" in text or text.startswith(_ALERTS)
        return (Handshake.ALERT, text) if alert else (Handshake.OTHER, text)
    match met:
        case Refusal(no=No.TIMED_OUT):
            return Handshake.TIMED_OUT, "the handshake did not end in time"
        case Refusal(errno=number, text=text) if number in _ECONNRESET:
            return Handshake.RESET, text
        case Refusal(text=text):
            return Handshake.OTHER, text
        case _:
            # an answer too short for a TLS record leaves OpenSSL waiting for the rest of one
            plain = bool(first) and first[0] not in _TLS_RECORDS
            return (
                (Handshake.NOT_TLS, "the answer is no TLS") if plain else (Handshake.CLOSED, "closed in the handshake")
            )


def _chain(machine: "SSL.Connection") -> tuple[Certificate, ...]:
    found = machine.get_peer_cert_chain() or []
    return tuple(each for each in (_certificate(one) for one in found[:CHAIN]) if each is not None)


def _certificate(one: "crypto.X509") -> Certificate | None:
    """Keep what matters; a certificate that cannot be read is left out."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    with warnings.catch_warnings():
        # odd certificates are what we look for; nobody needs to be told on standard error
        warnings.simplefilter("ignore")
        try:
            read = one.to_cryptography()
            return Certificate(
                subject=read.subject.rfc4514_string(),
                issuer=read.issuer.rfc4514_string(),
                names=_names(read),
                not_before=read.not_valid_before_utc,
                not_after=read.not_valid_after_utc,
                fingerprint=read.fingerprint(hashes.SHA256()).hex(),
                self_signed=read.subject == read.issuer,
                issuer_at=_issuer_at(read),
            )
        except (ValueError, x509.InvalidVersion):
            return None


def _issuer_at(read: "x509.Certificate") -> str:
    """Return the first place at which it says that its issuer's certificate is."""
    from cryptography import x509

    try:
        told = read.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return ""
    places = (each.access_location.value for each in told if each.access_method.dotted_string == _CA_ISSUERS)
    return next((place[:URL] for place in places if isinstance(place, str)), "")


def _names(read: "x509.Certificate") -> tuple[str, ...]:
    """Return the DNS names and addresses it is for; the common name where it has none (as OpenSSL does)."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        named = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        named = None
    names: list[str] = []
    if named is not None:
        names = named.get_values_for_type(x509.DNSName)
        names += [str(address) for address in named.get_values_for_type(x509.IPAddress)]
    if not names:
        names = [str(each.value) for each in read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return tuple(names[:NAMES])


def _verified(faults: list[int], chain: tuple[Certificate, ...], name: str | None) -> str:
    if faults:
        return REASONS.get(faults[0], f"verify error {faults[0]}")
    if name is None:
        return ""
    names = chain[0].names if chain else ()
    if _is_address(name):
        return "" if any(_is_address(each) and _same_address(each, name) for each in names) else ADDRESS_MISMATCH
    return "" if any(fits(each, name) for each in names) else MISMATCH


def _same_address(one: str, other: str) -> bool:
    return ipaddress.ip_address(one) == ipaddress.ip_address(other)


def fits(pattern: str, name: str) -> bool:
    """Tell whether a certificate's name covers a host (RFC 6125, 6.4): `*` stands for the whole first label only."""
    wanted = _idna(name).decode("utf-8", "replace").lower()
    pattern = pattern.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == wanted
    first, _, rest = wanted.partition(".")
    return bool(first) and "." in rest and rest == pattern[2:]
