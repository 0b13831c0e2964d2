"""Application servers that listen elsewhere, and what shows that one of them is this route's own.

That an application runs and answers is not enough: any application answers. It is the route's own if it knows the very
path that is asked for and not a made-up one, or takes this Host and refuses a made-up one, or if the gateway's log
names it as the one that answered this path before.
"""

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.server import AppServer
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Endpoint, Machine, Process
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, Protocols, Want
from why502.rules.asking import every, gateway_of, one, route_of
from why502.rules.listening import WILDCARDS
from why502.rules.slowness import past_want

MOST = 3
MADE_UP = "/-/no-such-path"
NO_HOST = "no-such-host.invalid"
GOOD = range(200, 400)


@frozen
class Candidate:
    """An application server's own listener, and the address to ask it at."""

    address: Endpoint
    server: AppServer

    def __str__(self) -> str:
        """Write the address and who serves it."""
        return f"{self.address} ({self.server.product})"


def candidates(case: Case, evidence: Evidence, table: SocketTable) -> list[Candidate] | None:
    """Return the application servers that listen in the gateway's own namespace, three at most."""
    machine = Machine(place=table.about.place.machine())
    servers = every(evidence, Want(kind=AppServer, about=machine))
    gateway = gateway_of(case, evidence)
    if servers is None or gateway is None or not table.owners:
        return None
    found = [
        Candidate(address=_reach(each, table), server=server)
        for server in servers
        for each in table.listeners
        if _pid(server) in each.pids and _pid(server) not in gateway.pids
    ]
    found.sort(key=lambda each: (each.address.port, each.address.address))
    return found[:MOST]


def _pid(server: AppServer) -> int:
    return server.about.pid if isinstance(server.about, Process) else -1


def _reach(listener: Listener, table: SocketTable) -> Endpoint:
    address = listener.address
    if address in WILDCARDS:
        address = "::1" if address == "::" and listener.v6only else "127.0.0.1"
    return Endpoint(place=table.about.place, address=address, port=listener.port)


def tie(case: Case, evidence: Evidence, candidate: Candidate) -> tuple[str, tuple[Fact, ...]] | None:
    """Return what ties a candidate to the route, with the facts that show it."""
    past = one(evidence, past_want(case))
    if past is not None and str(candidate.address) in past.upstreams:
        return f"it answered {past.path} before, by the gateway's own log", (past,)
    return _tie_by_asking(case, evidence, candidate)


def _tie_by_asking(case: Case, evidence: Evidence, candidate: Candidate) -> tuple[str, tuple[Fact, ...]] | None:
    route = route_of(case, evidence)
    if route is None or route.protocol is not Protocols.HTTP or route.settings.tls or case.failure.request is None:
        return None
    path = route.settings.request_uri or case.failure.request.path
    host = route.settings.host
    real = one(evidence, _want(candidate, host, path))
    if real is None or not _good(real):
        return None
    wrong_path = one(evidence, _want(candidate, host, MADE_UP))
    wrong_host = one(evidence, _want(candidate, NO_HOST, path))
    if path.partition("?")[0] not in {"/", ""} and wrong_path is not None and _refuses(wrong_path):
        return f"it answers {path} ({real.status}) and knows no made-up path ({wrong_path.status})", (real, wrong_path)
    if wrong_host is not None and _refuses(wrong_host):
        return f"it answers for {host} ({real.status}) and not for a made-up name", (real, wrong_host)
    return None


def _want(candidate: Candidate, host: str, path: str) -> Want[ResponseAttempt]:
    how = As(protocol=Protocols.HTTP, host=host or None, path=path, limit=2.0)
    return Want(kind=ResponseAttempt, about=candidate.address, how=how)


def _good(attempt: ResponseAttempt) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in GOOD


def _refuses(attempt: ResponseAttempt) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in range(400, 500)
