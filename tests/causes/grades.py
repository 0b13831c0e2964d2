"""What a judge says, short: the grade of a suspicion, else the class of the verdict."""

from dataclasses import replace
from typing import Any

from tests.evidence import SITE, Known, case, endpoint, group, request, route, settings
from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken, Server
from why502.observations.subjects import Address
from why502.observations.verdict import Case, Excluded, Grade, Irrelevant, Proven, Suspected, Unexamined, Verdict
from why502.rules.cause import Cause

NAMED, SPECIFIC, COMPATIBLE = Grade.NAMED, Grade.SPECIFIC, Grade.COMPATIBLE
__all__ = ["COMPATIBLE", "NAMED", "SPECIFIC", "Excluded", "Irrelevant", "Proven", "Unexamined"]


def verdict(cause: Cause, of: Case, *facts: Fact) -> Verdict:
    return cause.judge(of, Known(*facts))


def said(cause: Cause, of: Case, *facts: Fact) -> Grade | type[Verdict]:
    """Return the grade of a suspicion, else the class of the verdict."""
    found = verdict(cause, of, *facts)
    return found.grade if isinstance(found, Suspected) else type(found)


def blind(cause: Cause) -> bool:
    """Tell whether a judge that has nothing to go by neither proves nor excludes any failure that it explains."""
    failures = [each for each in cause.explains if isinstance(each, FailureId)] or [FailureId.CONNECT_REFUSED]
    verdicts = [cause.judge(case(each), Known()) for each in failures]
    return all(isinstance(each, Suspected | Unexamined | Irrelevant) for each in verdicts)


def told(id: FailureId, *, about: Any = None, live: bool = False, method: str = "GET", **detail: str) -> Case:  # noqa: A002
    """A failure with details of the gateway's message; `named` names causes."""
    pairs = tuple(detail.items())
    return case(id, about, detail=pairs, live=live, request=request(method=method))


def server(written: str, *addresses: Address, **more: Any) -> Server:
    return Server(written=written, addresses=addresses, site=SITE, **more)


def servers(*found: Server, **more: Any) -> RouteTaken:
    """A route to a group of these servers."""
    return route(group=replace(group(endpoint(), name="app"), servers=found, site=SITE), **more)


def tls_route(**more: Any) -> RouteTaken:
    return route(written="https://127.0.0.1:8000", settings=settings(tls=True, **more))
