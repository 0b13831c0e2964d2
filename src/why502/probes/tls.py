"""Does it speak TLS, and with which certificate? One handshake, then hang up."""

from dataclasses import replace

from why502.observations.fact import Fact, Seen
from why502.observations.place import Window
from why502.observations.probes import Handshake, Met, TlsAttempt
from why502.observations.subjects import Endpoint
from why502.observations.want import As, Cost, Gap, Protocols, TlsAs, Want
from why502.probes.attempt import in_words, likeness, met, no_look, not_covered, seen, span, taken
from why502.probes.http1 import shown
from why502.vantage.base import Refusal, TlsMet, TlsRefusal
from why502.vantage.looking import Around, looker

ASKS = "it asks for a certificate of the client"


@looker(TlsAttempt, cost=Cost.PACKET)
async def shaking_hands(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Shake hands once with the Endpoint.

    `error` of a handshake that came about is what a verifying client would refuse the certificate for.
    """
    about, how = want.about, want.how or As()
    if not isinstance(about, Endpoint):
        return ()
    vantage = around.vantage
    if (blind := not_covered(want, vantage)) is not None:
        return blind
    how = how if how.tls is not None else replace(how, tls=TlsAs())
    start = await vantage.now()
    found = await vantage.connect(about, replace(how, protocol=Protocols.NOTHING))
    if isinstance(found, Refusal):
        if (gap := no_look(want, found, vantage)) is not None:
            return gap
        return (_refused(about, how, found),)
    await found.close()
    at = Window(start=start, end=await vantage.now())
    return () if found.tls is None else (_done(about, how, found.tls, at, found.seconds),)


def _done(about: Endpoint, how: As, tls: TlsMet, at: Window, seconds: float) -> TlsAttempt:
    raw = [f"TLS to {about}{_named(how)}: {tls.version} in {taken(seconds)}"]
    raw += [f"ALPN {tls.alpn}"] if tls.alpn else []
    raw += [
        f"certificate: {shown(one.subject.encode())}, for {shown(', '.join(one.names).encode())}, "
        f"until {one.not_after:%Y-%m-%d %H:%M}Z"
        for one in tls.chain[:1]
    ]
    raw += [ASKS] if tls.wants_certificate else []
    raw.append(f"verification: {tls.verified or 'good'}")
    return TlsAttempt(
        about=about,
        seen=_seen(about, how, at, "\n".join(raw)),
        met=Met.CONNECTED,
        handshake=Handshake.DONE,
        version=tls.version,
        alpn=tls.alpn,
        chain=tls.chain,
        error=tls.verified,
        first=b"",
        seconds=seconds,
        how=how,
        wants_certificate=tls.wants_certificate,
    )


def _refused(about: Endpoint, how: As, refusal: Refusal) -> TlsAttempt:
    """Say how it failed: in the handshake, or before it."""
    ended = met(refusal) or Met.OTHER
    if isinstance(refusal, TlsRefusal):
        handshake = Handshake(refusal.handshake) if refusal.handshake else Handshake.OTHER
        chain, first, seconds = refusal.chain, refusal.first, refusal.seconds
        words = f"{handshake.value}: {refusal.text}" + (f"; it said: {shown(first)}" if first else "")
        asks = refusal.wants_certificate
        words += f"; {ASKS}" if asks else ""
    else:
        handshake, chain, first, seconds, asks = None, (), b"", span(refusal.at), False
        words = in_words(refusal, ended)
    return TlsAttempt(
        about=about,
        seen=_seen(about, how, refusal.at, f"TLS to {about}{_named(how)}: {words} in {taken(seconds)}"),
        met=ended,
        handshake=handshake,
        version=None,
        alpn=None,
        chain=chain,
        error=refusal.text,
        first=first,
        seconds=seconds,
        how=how,
        wants_certificate=asks,
    )


def _named(how: As) -> str:
    name = how.tls.server_name if how.tls is not None else None
    return " without a server name" if name is None else f" as {name}"


def _seen(about: Endpoint, how: As, at: Window, raw: str) -> Seen:
    return seen(__name__, at, f"TLS handshake with {about}", raw, likeness(about, how, beyond_connect=True))
