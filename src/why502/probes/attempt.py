"""What every probe shares: how a refusal reads, what was alike to the gateway's own connection, what time is left."""

from datetime import datetime

from why502.observations.fact import EvidenceKind, Fact, Like, Seen
from why502.observations.place import Window
from why502.observations.probes import Met
from why502.observations.subjects import Address, Endpoint, SocketPath
from why502.observations.want import As, Gap, Protocols, Want, Why
from why502.vantage.base import No, Refusal, Vantage
from why502.vantage.looking import refused

SHOWN = 2000
"""Most characters of `Seen.raw`."""

FIRST = 256
"""How many of a peer's first bytes are kept."""

RESET = 104
"""ECONNRESET on Linux."""

_RIGHTS = frozenset({Why.NO_PERMISSION, Why.NO_VANTAGE})


def address_of(want: Want[Fact]) -> Address | None:
    """Return what a want wants connected to, if it is an address."""
    return want.about if isinstance(want.about, Endpoint | SocketPath) else None


def not_covered(want: Want[Fact], vantage: Vantage) -> Gap | None:
    """Return the gap where the vantage cannot look into the place at all."""
    why = vantage.covers(want.about.place)
    return None if why is None else gap(want, why, f"{vantage.name} cannot look there", vantage)


def gap(want: Want[Fact], why: Why, says: str, vantage: Vantage) -> Gap:
    """Make a gap; more rights unlock it only where rights are what is missing."""
    return Gap(want=want, why=why, says=says, unlock=vantage.unlock() if why in _RIGHTS else "")


def no_look(want: Want[Fact], refusal: Refusal, vantage: Vantage) -> Gap | None:
    """Return the gap where a connection was not even tried; `None` where the refusal is the world's own answer."""
    if met(refusal) is not None:
        return None
    return refused(want, f"connect {want.about}", refusal, vantage)


def met(refusal: Refusal) -> Met | None:
    """Return how a connection attempt ended, if one was made."""
    if refusal.met is not None:
        return refusal.met
    return Met.TIMED_OUT if refusal.no is No.TIMED_OUT else None


def likeness(about: Address, how: As, *, beyond_connect: bool) -> frozenset[Like]:
    """Return what the probe shares with the connection that it imitates; `beyond_connect`: it said something."""
    place = about.place
    alike = {
        Like.NETWORK: (place.net if isinstance(about, Endpoint) else place.mnt) is not None,
        Like.USER: how.user is not None,
        Like.SOURCE: how.source is not None,
        Like.SERVER_NAME: beyond_connect and how.tls is not None and how.tls.server_name is not None,
        Like.PROTOCOL: beyond_connect and how.protocol is not Protocols.NOTHING,
        Like.HOST: beyond_connect and how.host is not None,
        Like.BYTES: beyond_connect
        and how.protocol is not Protocols.NOTHING
        and any(not name.startswith(":") for name, _ in how.headers),
    }
    return frozenset(like for like, shared in alike.items() if shared)


def seen(by: str, at: Window, source: str, raw: str, alike: frozenset[Like] = frozenset()) -> Seen:
    """Make the record of a probe; `by` is the module's name."""
    kept = raw if len(raw) <= SHOWN else raw[: SHOWN - 1] + "…"
    return Seen(at=at, by=by.removeprefix("why502."), kind=EvidenceKind.PROBE, source=source, raw=kept, likeness=alike)


def span(at: Window) -> float:
    """Return how long a window is, in seconds; a clock set back counts as none."""
    return max(0.0, (at.end - at.start).total_seconds())


def taken(seconds: float) -> str:
    """Write a duration as a person reads it: `0.2 ms`, `15 ms`, `2.0 s`."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"  # noqa: PLR2004


def in_words(refusal: Refusal, ended: Met) -> str:
    """Write a refusal shortly: `refused (111)`."""
    if ended is Met.OTHER and refusal.errno is None and refusal.text:
        return refusal.text
    number = "" if refusal.errno is None else f" ({refusal.errno})"
    return f"{ended.value.replace('-', ' ')}{number}"


class Clock:
    """The time left of one exchange, by the clock of the vantage."""

    def __init__(self, vantage: Vantage, start: datetime, limit: float) -> None:
        """Count `limit` seconds from `start`."""
        self._vantage = vantage
        self.start = start
        self.last = start
        self._limit = limit

    async def left(self) -> float:
        """Look at the clock; return the seconds left, 0 or less when time is up."""
        self.last = max(self.last, await self._vantage.now())
        return self._limit - self.since(self.start)

    def since(self, moment: datetime) -> float:
        """Return the seconds from a moment to the last look at the clock."""
        return max(0.0, (self.last - moment).total_seconds())

    @property
    def window(self) -> Window:
        """Return the time from the start to the last look."""
        return Window(start=self.start, end=self.last)
