"""The whole host as target: every gateway found on it, the routes that failed first, a bounded number of requests."""

import asyncio
from dataclasses import replace

from why502.diagnosis.diagnose import diagnose, surveying
from why502.diagnosis.inside import gateways_here
from why502.diagnosis.options import Options
from why502.diagnosis.outcome import Outcome, Target
from why502.diagnosis.target import netloc
from why502.observations.failure import Failure
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewayProcess, RouteListed
from why502.observations.want import Gap, Want
from why502.rules.listening import WILDCARDS
from why502.survey.survey import Survey
from why502.vantage.base import Vantage

ASKED = 20
PLAIN = frozenset({"=", "^~"})


@frozen
class Discovered:
    """One gateway, its routes, and why those could not be read if they could not."""

    gateway: GatewayProcess
    routes: tuple[RouteListed, ...]
    gap: Gap | None


@frozen
class HostOutcome:
    """What was asked, and the routes that were left out."""

    outcomes: tuple[Outcome, ...]
    gateways: tuple[Discovered, ...]
    left_out: int


async def discover(survey: Survey) -> tuple[Discovered, ...]:
    """Return every gateway on the host with its routes."""
    found = []
    for gateway in await gateways_here(survey):
        routes = await survey.get(Want(kind=RouteListed, about=gateway.process))
        gap = routes if isinstance(routes, Gap) else None
        found.append(Discovered(gateway=gateway, routes=() if isinstance(routes, Gap) else routes, gap=gap))
    return tuple(found)


async def diagnose_host(vantage: Vantage, options: Options, stop: asyncio.Event | None = None) -> HostOutcome:
    """Ask every route once a distinct upstream, those with failures in the logs first, twenty at most.

    When `stop` is set, no more of them are asked.
    """
    survey = await surveying(vantage, options)
    gateways = await discover(survey)
    wishes: list[tuple[bool, RouteListed]] = []
    for each in gateways:
        failed = await _failed(survey, each.gateway)
        distinct = {(route.name, route.port, route.written): route for route in reversed(each.routes)}
        wishes += [(_has_failed(route, failed), route) for route in reversed(distinct.values())]
    wishes.sort(key=lambda wish: not wish[0])
    outcomes = []
    for _, route in wishes[:ASKED]:
        if survey.left() < 1 or (stop is not None and stop.is_set()):
            break
        survey.refresh()
        target, own = target_of(route)
        outcomes.append(await diagnose(vantage, target, replace(options, connect_to=own, follow=False), survey, stop))
    return HostOutcome(outcomes=tuple(outcomes), gateways=gateways, left_out=len(wishes) - len(outcomes))


async def _failed(survey: Survey, gateway: GatewayProcess) -> tuple[Failure, ...]:
    found = await survey.get(Want(kind=Failure, about=gateway.process))
    return () if isinstance(found, Gap) else found


def _has_failed(route: RouteListed, failures: tuple[Failure, ...]) -> bool:
    return any(
        each.request is not None
        and each.request.path.startswith(_path(route))
        and each.request.host.partition(":")[0] in {route.name, ""}
        for each in failures
    )


def target_of(route: RouteListed) -> tuple[Target, tuple[str, int]]:
    """Return the request that takes a route, and where to send it."""
    address = route.address
    if address in WILDCARDS or address in {"*", ""}:
        address = "127.0.0.1" if address != "::" else "::1"
    named = route.name and not any(sign in route.name for sign in "*~$ ^")
    host = route.name.removeprefix(".") if named else address
    scheme = "https" if route.tls else "http"
    path = _path(route)
    written = f"{scheme}://{netloc(host, route.port, scheme)}{path}"
    return Target(written=written, scheme=scheme, host=host, port=route.port, path=path), (address, route.port)


def _path(route: RouteListed) -> str:
    """Return a path that a prefix location takes; that of a pattern cannot be told."""
    words = route.location.split()
    if len(words) == 1 and words[0].startswith("/"):
        return words[0]
    if len(words) == 2 and words[0] in PLAIN:  # noqa: PLR2004
        return words[1]
    return "/"
