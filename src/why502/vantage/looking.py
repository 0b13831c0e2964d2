"""What a looker is: a function that turns one want into facts, found by the loader in any room that sees."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Protocol, TypeVar

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.place import Window
from why502.observations.want import Cost, Gap, Want, Why
from why502.vantage.base import No, Refusal, Vantage

F = TypeVar("F", bound=Fact)

ASKER: ContextVar[str] = ContextVar("asker", default="")
"""The look that the running task belongs to; empty for the diagnosis itself."""


class Around(Protocol):
    """What a looker has at hand: the vantage, and other facts through the same wants (looked at once, kept)."""

    vantage: Vantage
    horizon: Window

    async def get(self, want: Want[F]) -> tuple[F, ...] | Gap:
        """Return the facts of another want: `()` where it was looked and nothing of the kind is there."""
        ...


Look = Callable[[Want[Fact], Around], Awaitable[tuple[Fact, ...] | Gap]]


@frozen
class Looker:
    """One question put to the world; its id is the path of its file and the name of its function.

    A looker that a want does not concern (another product, another kind of subject) answers `()`.
    """

    home: str
    name: str
    yields: frozenset[type[Fact]]
    cost: Cost
    look: Look

    @property
    def id(self) -> str:
        """Return for example `host.sockets` or `gateways.nginx.process`."""
        return self.home.removeprefix("why502.")


def looker(*yields: type[Fact], cost: Cost = Cost.READ) -> Callable[[Look], Looker]:
    """Make the decorated coroutine function a looker that yields these kinds of facts."""

    def bind(look: Look) -> Looker:
        name = getattr(look, "__name__", "look")
        return Looker(home=look.__module__, name=name, yields=frozenset(yields), cost=cost, look=look)

    return bind


WHY = {
    No.MISSING: Why.UNREADABLE,
    No.DENIED: Why.NO_PERMISSION,
    No.NOT_REGULAR: Why.UNREADABLE,
    No.TIMED_OUT: Why.TIMED_OUT,
    No.NO_TOOL: Why.NO_TOOL,
    No.NO_WAY_IN: Why.NO_VANTAGE,
    No.FAILED: Why.UNREADABLE,
}


def refused(want: Want[Fact], what: str, refusal: Refusal, vantage: Vantage) -> Gap:
    """Put a refusal as a gap; more rights unlock it only where rights are what is missing."""
    why = WHY[refusal.no]
    unlock = vantage.unlock() if why in {Why.NO_PERMISSION, Why.NO_VANTAGE} else ""
    return Gap(want=want, why=why, says=f"{what}: {refusal.text or refusal.no.value}", unlock=unlock)
