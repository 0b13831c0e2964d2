"""What a run may cost the world: connections to an upstream, requests, seconds."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.probes import ResponseAttempt
from why502.observations.subjects import Subject
from why502.observations.want import As, Cost, Protocols, Want

AT_A_TIME = 2
IN_ALL = 12
TELLING = 6
"""Letters from which on a piece of a header is looked for within others."""


@frozen
class Policy:
    """What the user allows. `off` names lookers (`host.sockets`, or a whole room `host`).

    `headers` are the user's own (but Host); the upstream itself is sent them only where it is to be `trust`ed.
    """

    off: frozenset[str] = frozenset()
    outside: bool = False
    probe: bool = True
    look_seconds: float = 5.0
    headers: tuple[tuple[str, str], ...] = ()
    trust: bool = False

    def forbids(self, looker: str, cost: Cost) -> str | None:
        """Return the option that switches a looker off, if one does."""
        if any(looker == name or looker.startswith(f"{name}.") for name in self.off):
            return f"--no-look {looker}"
        if self.outside and not looker.startswith("probes."):
            return "--outside"
        if not self.probe and cost > Cost.READ:
            return "--no-probe"
        return None

    def sent(self, want: Want[Fact]) -> Want[Fact]:
        """Return the want as it is put to a looker: the user's headers are in a request to an upstream, or are not.

        A gateway's own header may repeat one of them (`proxy_set_header Authorization $http_authorization`).
        """
        how = want.how
        if how is None or want.kind is not ResponseAttempt or not self.headers:
            return want
        own = tuple((_named(name, how.protocol), value) for name, value in self.headers)
        if not self.trust:
            return replace(want, how=_without(how, {piece for _, value in own for piece in _pieces(value)}))
        names = {name.lower() for name, _ in own}
        kept = tuple((name, value) for name, value in how.headers if name.lower() not in names)
        return replace(want, how=replace(how, headers=(*kept, *own)))


def _named(name: str, protocol: Protocols) -> str:
    """Name a header as the protocol does (CGI: RFC 3875, section 4.1.18)."""
    gateway_interface = protocol in {Protocols.FASTCGI, Protocols.UWSGI, Protocols.SCGI}
    return f"HTTP_{name.upper().replace('-', '_')}" if gateway_interface else name


def _pieces(value: str) -> Iterator[str]:
    """Yield a value and whatever of it may stand alone: a cookie, the token behind `Bearer`."""
    if value:
        yield value
    yield from (piece for piece in re.split(r"[\s;,=\"]+", value) if len(piece) >= TELLING)


def _without(how: As, pieces: set[str]) -> As:
    """Leave out every header that holds one of these; of a path, those pieces."""
    kept = tuple((name, value) for name, value in how.headers if not any(_holds(value, piece) for piece in pieces))
    path = how.path
    for piece in sorted((each for each in pieces if len(each) >= TELLING), key=len, reverse=True):
        path = path.replace(piece, "-")
    return replace(how, headers=kept, path=path)


def _holds(value: str, piece: str) -> bool:
    return piece in value if len(piece) >= TELLING else piece == value


@dataclass(slots=True)
class Budget:
    """Counts connections per subject; two at a time, twelve in all."""

    spent: dict[Subject, int] = field(default_factory=dict)
    gates: dict[Subject, asyncio.Semaphore] = field(default_factory=dict)
    full: set[Subject] = field(default_factory=set)

    def take(self, about: Subject, cost: Cost) -> bool:
        """Spend one connection on a subject, or say that it is used up (or its queue was seen full)."""
        if about in self.full and cost is Cost.REQUEST:
            return False
        spent = self.spent.get(about, 0)
        if spent >= IN_ALL:
            return False
        self.spent[about] = spent + 1
        return True

    def gate(self, about: Subject) -> asyncio.Semaphore:
        """Return what lets two through at a time."""
        return self.gates.setdefault(about, asyncio.Semaphore(AT_A_TIME))
