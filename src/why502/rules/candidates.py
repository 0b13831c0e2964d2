"""Application servers that listen elsewhere, and what shows that one of them is this route's own.

That an application runs and answers is not enough: any application answers. It is the route's own if it answers soundly
and, beyond that, knows the very path that is asked for and not a made-up one, or takes this Host and refuses a made-up
one, or bears the name that the configuration gives to the upstream; or if the gateway's log names it as the one that
answered this path before, or its own log says that it listened on the configured address before.
"""

import re

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.gateway import RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.server import AppServer, Says, ServerMessage
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Address, Endpoint, Machine, Process, SocketPath, Unit
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, Protocols, Want
from why502.rules.asking import every, gateway_of, one, route_of
from why502.rules.listening import WILDCARDS
from why502.rules.probing import headers_of
from why502.rules.publishing import names_address
from why502.rules.slowness import past_want

MOST = 3
MADE_UP = "/-/no-such-path"
NO_HOST = "no-such-host.invalid"
GOOD = range(200, 400)
TELLING = 4
COMMON = frozenset(
    """upstream backend backends server servers proxy http https apps application service services site main node
    nodejs gunicorn uvicorn uwsgi django flask rails python phpfpm localhost default pool webapp worker workers
    production staging test prod local frontend""".split()  # noqa: SIM905 - read as words
)


@frozen
class Candidate:
    """An application server's own listener, and the address to ask it at."""

    address: Address
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
    others = [server for server in servers if _pid(server) not in gateway.pids]
    tcp = [
        Candidate(address=_reach(each, table), server=server)
        for server in others
        for each in table.listeners
        if _pid(server) in each.pids
    ]
    unix = [
        Candidate(address=SocketPath(place=gateway.place, path=each.path), server=server)
        for server in others
        for each in table.unix
        if _pid(server) in each.pids and each.path.startswith("/")
    ]
    return sorted((*tcp, *unix), key=lambda each: str(each.address))[:MOST]


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
    told = _listened_before(case, evidence, candidate)
    if told is not None:
        return f"its own log says that it listened on {case.failure.about} before", (told,)
    route = route_of(case, evidence)
    if route is None or case.failure.request is None:
        return None
    path = route.settings.request_uri or case.failure.request.path
    real = one(evidence, _want(candidate, route, route.settings.host, path))
    if real is None or not _good(real):
        return None
    name = common_name(route, candidate)
    if name is not None:
        return f"it bears the upstream's name, {name}, and answers {path} ({real.status})", (real,)
    return _tie_by_asking(evidence, candidate, route, (path, real))


def _tie_by_asking(
    evidence: Evidence, candidate: Candidate, route: RouteTaken, known: tuple[str, ResponseAttempt]
) -> tuple[str, tuple[Fact, ...]] | None:
    path, real = known
    host = route.settings.host
    wrong_path = one(evidence, _want(candidate, route, host, MADE_UP))
    if path.partition("?")[0] not in {"/", ""} and wrong_path is not None and _refuses(wrong_path):
        return f"it answers {path} ({real.status}) and knows no made-up path ({wrong_path.status})", (real, wrong_path)
    if route.protocol is not Protocols.HTTP:
        return None
    wrong_host = one(evidence, _want(candidate, route, NO_HOST, path))
    if wrong_host is not None and _refuses(wrong_host):
        return f"it answers for {host} ({real.status}) and not for a made-up name", (real, wrong_host)
    return None


def _listened_before(case: Case, evidence: Evidence, candidate: Candidate) -> ServerMessage | None:
    """Return the server's own message of listening on the configured address, in the log of the same unit."""
    address = case.failure.about
    unit = candidate.server.unit
    if unit is None or not isinstance(address, Endpoint | SocketPath):
        return None
    about = Unit(place=address.place.machine(), name=unit)
    for each in every(evidence, Want(kind=ServerMessage, about=about)) or ():
        if each.says is Says.LISTENING and each.bind is not None and names_address(each.bind, address):
            return each
    return None


def common_name(route: RouteTaken, candidate: Candidate) -> str | None:
    """Return a telling word that the upstream's name in the configuration shares with the unit of the server."""
    if route.group is None or route.group.site is None or candidate.server.unit is None:
        return None
    ours = words(route.group.name)
    theirs = words(candidate.server.unit.removesuffix(".service"))
    return next((word for word in sorted(ours) if word in theirs), None)


def words(name: str) -> set[str]:
    """Return the words of a name that could tell one application from another."""
    return {each for each in re.split(r"[^a-z0-9]+", name.lower()) if len(each) >= TELLING} - COMMON


def _want(candidate: Candidate, route: RouteTaken, host: str, path: str) -> Want[ResponseAttempt]:
    how = As(protocol=route.protocol, host=host or None, path=path, headers=headers_of(route), limit=2.0)
    return Want(kind=ResponseAttempt, about=candidate.address, how=how)


def _good(attempt: ResponseAttempt) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in GOOD


def _refuses(attempt: ResponseAttempt) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in range(400, 500)
