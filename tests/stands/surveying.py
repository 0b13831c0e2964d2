"""What the lookers, all of them together, see of this host and of a gateway that a test started."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tests.stands.gateway import Gateway
from why502.observations.fact import Fact
from why502.observations.gateway import GatewayProcess
from why502.observations.place import Window
from why502.observations.subjects import Machine
from why502.observations.want import As, Gap, Want
from why502.survey.budget import Policy
from why502.survey.survey import Survey
from why502.vantage.base import Vantage
from why502.vantage.local import Local

F = TypeVar("F", bound=Fact)
T = TypeVar("T")


def surveyed(look: Callable[[Survey], Awaitable[T]], since: timedelta, vantage: Vantage | None = None) -> T:
    """Look with one survey of this host."""

    async def run() -> T:
        now = datetime.now(UTC)
        ends = asyncio.get_running_loop().time() + 60
        horizon = Window(start=now - since, end=now + timedelta(minutes=1))
        return await look(Survey(vantage or Local(), horizon, Policy(look_seconds=30.0), ends))

    return asyncio.run(run())


async def process_of(survey: Survey, made: Gateway) -> GatewayProcess:
    """Find the gateway of a test among those of this host."""
    found = await survey.get(Want(kind=GatewayProcess, about=Machine(place=survey.vantage.here().machine())))
    assert isinstance(found, tuple), found
    ours = [each for each in found if each.process.pid == made.pid]
    assert len(ours) == 1, found
    return ours[0]


def found(
    made: Gateway,
    kind: type[F],
    how: As | None = None,
    *,
    since: timedelta = timedelta(minutes=15),
    vantage: Vantage | None = None,
    window: Window | None = None,
) -> tuple[F, ...] | Gap:
    """Return the facts of one kind about a gateway."""

    async def look(survey: Survey) -> tuple[F, ...] | Gap:
        gateway = await process_of(survey, made)
        if kind is GatewayProcess:
            return (gateway,)  # type: ignore[return-value]
        return await survey.get(Want(kind=kind, about=gateway.process, how=how, window=window))

    return surveyed(look, since, vantage)


def facts(made: Gateway, kind: type[F], how: As | None = None, *, vantage: Vantage | None = None) -> tuple[F, ...]:
    """Return the facts of one kind, and expect no gap."""
    seen = found(made, kind, how, vantage=vantage)
    assert isinstance(seen, tuple), seen
    return seen


def fact(made: Gateway, kind: type[F], how: As | None = None, *, vantage: Vantage | None = None) -> F:
    """Return the one fact of a kind."""
    seen = facts(made, kind, how, vantage=vantage)
    assert len(seen) == 1, seen
    return seen[0]
