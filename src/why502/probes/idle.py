"""How long does an upstream keep an idle connection? One sound answer, then silence until it hangs up."""

from why502.observations.fact import Fact
from why502.observations.probes import IdleClose
from why502.observations.subjects import Address
from why502.observations.want import As, Cost, Gap, Protocols, Want
from why502.probes.attempt import Clock, address_of, likeness, no_look, not_covered, seen
from why502.probes.contact import NotHttpError, body_of, read_head
from why502.probes.http1 import request
from why502.vantage.base import Refusal, Stream
from why502.vantage.looking import Around, looker

ANSWER = 3.0
"""Seconds for the answer that comes before the silence."""


@looker(IdleClose, cost=Cost.REQUEST)
async def idling(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Ask with HTTP/1.1 keep-alive, read the whole answer, and wait up to `how.limit` seconds for the end."""
    about, how, vantage = address_of(want), want.how or As(protocol=Protocols.HTTP), around.vantage
    if about is None or how.protocol is not Protocols.HTTP:
        return ()
    if (blind := not_covered(want, vantage)) is not None:
        return blind
    clock = Clock(vantage, await vantage.now(), how.limit + ANSWER)
    stream = await vantage.connect(about, how)
    if isinstance(stream, Refusal):
        return no_look(want, stream, vantage) or ()
    try:
        headers = (*how.headers, ("Connection", "keep-alive"))
        # HEAD: an answer without a body, of which the end is seen at once
        await stream.send(request("HEAD", how.path, how.host or "localhost", headers, "1.1"))
        answered = await _answered(stream, clock)
        if answered is None:
            return ()
        await clock.left()
        silent = clock.last
        closed = True if not answered else await _closed(stream, how.limit)
        if closed is None:
            return ()
        await clock.left()
    finally:
        await stream.close()
    seconds = clock.since(silent) if closed else None
    return (_fact(about, how, clock, kept=answered, seconds=seconds),)


async def _answered(stream: Stream, clock: Clock) -> bool | None:
    """Read one whole answer; tell whether the connection was left open. None: no sound answer came."""
    data = bytearray()
    floor = await clock.left() - ANSWER
    while True:
        left = await clock.left() - floor
        if left <= 0:
            return None
        got = await stream.receive(left)
        if isinstance(got, Refusal):
            return None
        data += got
        try:
            head = read_head(bytes(data))
        except NotHttpError:
            return None
        if head is None:
            if not got:
                return None
            continue
        _, whole, wrong = body_of(head, bytes(data), "HEAD", ended=not got)
        if wrong:
            return None
        if not got:
            return False
        if whole:
            told = (head.header("connection") or "").lower()
            return told == "keep-alive" if head.version == "HTTP/1.0" else told != "close"


async def _closed(stream: Stream, limit: float) -> bool | None:
    """Wait in silence; tell whether the peer hung up. None: it went on speaking."""
    got = await stream.receive(limit)
    if isinstance(got, Refusal):
        return got.errno is not None
    return None if got else True


def _fact(about: Address, how: As, clock: Clock, *, kept: bool, seconds: float | None) -> IdleClose:
    if not kept:
        says = f"{about} closes the connection after its answer"
    elif seconds is None:
        says = f"{about} kept an idle connection for {how.limit:.0f} s and did not close it"
    else:
        says = f"{about} closed an idle connection after {seconds:.1f} s"
    return IdleClose(
        about=about,
        seen=seen(
            __name__, clock.window, f"keep-alive connection to {about}", says, likeness(about, how, beyond_connect=True)
        ),
        kept=kept,
        seconds=seconds if kept else None,
        how=how,
    )
