"""What a looker has at hand, for tests: this host's own vantage, and no other lookers."""

import asyncio
from datetime import UTC, datetime
from typing import TypeVar

from why502.observations.fact import Fact
from why502.observations.place import Window
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.want import Gap, Want
from why502.vantage.base import Vantage
from why502.vantage.local import Local
from why502.vantage.looking import Looker

F = TypeVar("F", bound=Fact)


class Alone:
    """An `Around` without other lookers."""

    def __init__(self, vantage: Vantage | None = None) -> None:
        self.vantage: Vantage = vantage or Local()
        self.horizon = Window.instant(datetime.now(UTC))

    async def get(self, want: Want[F]) -> tuple[F, ...] | Gap:
        raise AssertionError(f"no looker was to be asked for {want.kind.__name__}")


def endpoint(port: int, address: str = "127.0.0.1") -> Endpoint:
    return Endpoint(place=Local().here().network(), address=address, port=port)


def socket_path(path: str) -> SocketPath:
    return SocketPath(place=Local().here().files(), path=path)


def look(looker: Looker, want: Want[F], vantage: Vantage | None = None) -> tuple[Fact, ...] | Gap:
    """Look once, in a loop of its own."""
    return asyncio.run(_look(looker, want, vantage))


async def _look(looker: Looker, want: Want[F], vantage: Vantage | None) -> tuple[Fact, ...] | Gap:
    return await looker.look(want, Alone(vantage))  # type: ignore[arg-type]


def one(looker: Looker, want: Want[F], vantage: Vantage | None = None) -> F:
    """Look once, and expect exactly one fact of the wanted kind."""
    found = look(looker, want, vantage)
    assert isinstance(found, tuple), found
    assert len(found) == 1, found
    assert isinstance(found[0], want.kind)
    return found[0]
