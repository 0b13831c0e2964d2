"""What a run may cost the world: connections to an upstream, requests, seconds."""

import asyncio
from dataclasses import dataclass, field, replace

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.probes import ResponseAttempt
from why502.observations.subjects import Subject
from why502.observations.want import Cost, Protocols, Want

AT_A_TIME = 2
IN_ALL = 12


@frozen
class Policy:
    """What the user allows. `off` names lookers (`host.sockets`, or a whole room `host`).

    `headers` are the user's own, sent to the upstream itself as well; none unless that was asked for.
    """

    off: frozenset[str] = frozenset()
    outside: bool = False
    probe: bool = True
    look_seconds: float = 5.0
    headers: tuple[tuple[str, str], ...] = ()

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
        """Return the want as it is put to a looker: a request to an upstream carries the user's headers, if any."""
        how = want.how
        if not self.headers or how is None or want.kind is not ResponseAttempt:
            return want
        if how.protocol in {Protocols.FASTCGI, Protocols.UWSGI, Protocols.SCGI}:
            own = tuple((f"HTTP_{name.upper().replace('-', '_')}", value) for name, value in self.headers)
        else:
            own = self.headers
        names = {name.lower() for name, _ in own}
        kept = tuple((name, value) for name, value in how.headers if name.lower() not in names)
        return replace(want, how=replace(how, headers=(*kept, *own)))


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
