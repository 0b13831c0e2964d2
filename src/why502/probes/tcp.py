"""Does it take connections? Connect, say nothing, hang up."""

from dataclasses import replace

from why502.observations.fact import Fact
from why502.observations.place import Window
from why502.observations.probes import Met, TcpAttempt
from why502.observations.want import As, Cost, Gap, Protocols, Want
from why502.probes.attempt import address_of, in_words, likeness, met, no_look, not_covered, seen, span, taken
from why502.vantage.base import Refusal
from why502.vantage.looking import Around, looker


@looker(TcpAttempt, cost=Cost.PACKET)
async def connecting(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Connect once to the Endpoint or SocketPath, as the wanted user and from the wanted source."""
    about, how = address_of(want), want.how or As()
    if about is None:
        return ()
    vantage = around.vantage
    if (blind := not_covered(want, vantage)) is not None:
        return blind
    start = await vantage.now()
    found = await vantage.connect(about, replace(how, tls=None, protocol=Protocols.NOTHING))
    if isinstance(found, Refusal):
        ended, errno = met(found), found.errno
        if ended is None:
            return no_look(want, found, vantage) or ()
        at, seconds, words = found.at, span(found.at), in_words(found, ended)
    else:
        await found.close()
        ended, errno, seconds, words = Met.CONNECTED, None, found.seconds, "connected"
        at = Window(start=start, end=await vantage.now())
    attempt = TcpAttempt(
        about=about,
        seen=seen(
            __name__,
            at,
            f"connect {about}",
            f"connect to {about}: {words} in {taken(seconds)}",
            likeness(about, how, beyond_connect=False),
        ),
        met=ended,
        errno=errno,
        seconds=seconds,
        how=how,
    )
    return (attempt,)
