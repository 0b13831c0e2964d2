"""Short forms of asking evidence."""

from typing import TypeVar

from why502.observations.fact import Fact
from why502.observations.gateway import GatewayProcess, RouteTaken
from why502.observations.subjects import Process
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Held, Want

F = TypeVar("F", bound=Fact)


def every(evidence: Evidence, want: Want[F]) -> tuple[F, ...] | None:
    """Return the facts that hold over the case's window; None where it was not, or could not be, seen."""
    answer = evidence.ask(want)
    return answer.facts if isinstance(answer, Held) else None


def one(evidence: Evidence, want: Want[F]) -> F | None:
    """Return the first fact that holds over the case's window."""
    facts = every(evidence, want)
    return facts[0] if facts else None


def route_of(case: Case, evidence: Evidence) -> RouteTaken | None:
    """Return the route on which the request failed."""
    route = case.failure.hop.route
    return None if route is None else one(evidence, Want(kind=RouteTaken, about=route))


def gateway_of(case: Case, evidence: Evidence) -> GatewayProcess | None:
    """Return the process of the gateway that saw the failure."""
    gateway = case.failure.hop.gateway
    return one(evidence, Want(kind=GatewayProcess, about=gateway)) if isinstance(gateway, Process) else None
