"""Application servers that listen elsewhere, and what shows that one of them is this route's own.

That an application runs and answers is not enough: any application answers. It is the route's own if it answers soundly
and, beyond that, knows the very path that is asked for and not a made-up one, or takes this Host and refuses a made-up
one, or bears the name that the configuration gives to the upstream; or if the gateway's log names it as the one that
answered this path of this host before, or its own log says that it listened on the configured address before.
"""

import re

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.gateway import LoggedRequest, RouteTaken
from why502.observations.probes import Reply, ResponseAttempt
from why502.observations.server import AppServer, Says, ServerMessage
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Address, Endpoint, Machine, Process, SocketPath, Unit
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, Protocols, Want
from why502.rules.asking import every, gateway_of, one, route_of
from why502.rules.keepalive import requests_want
from why502.rules.listening import WILDCARDS
from why502.rules.probing import headers_of
from why502.rules.publishing import names_address

MOST = 3
"""So many are asked; where there are more, what they answer cannot single one out."""

MADE_UP = "/-/no-such-path"
NO_HOST = "no-such-host.invalid"
GOOD = range(200, 300)
SOUND = range(200, 400)
TELLING = 4
COMMON = frozenset(
    """upstream backend backends server servers proxy http https apps application service services site main node
    nodejs gunicorn uvicorn uwsgi django flask rails python phpfpm localhost default pool webapp worker workers
    production staging test prod local frontend app web www svc daemon system socket fpm php""".split()  # noqa: SIM905
)
"""Words of names that tell no application from another."""

USUAL = frozenset(
    """admin login logout auth account accounts user users static assets media images style styles script scripts
    favicon robots health healthz healthcheck ready readyz live livez status ping metrics version search docs swagger
    openapi graphql rest json list items index home page pages well known public private file files upload uploads
    data html""".split()  # noqa: SIM905 - read as words
)
"""Words of paths that many applications know."""

Tie = tuple[str, tuple[Fact, ...]]
"""What ties an application to a route, and the facts that show it."""


@frozen
class Candidate:
    """An application server's own listener, and the address to ask it at."""

    address: Address
    server: AppServer

    def __str__(self) -> str:
        """Write the address and who serves it."""
        return f"{self.address} ({self.server.product})"


def candidates(case: Case, evidence: Evidence, table: SocketTable) -> list[Candidate] | None:
    """Return the application servers that listen in the gateway's own namespace, on addresses that the route lacks."""
    machine = Machine(place=table.about.place.machine())
    servers = every(evidence, Want(kind=AppServer, about=machine))
    gateway = gateway_of(case, evidence)
    if servers is None or gateway is None or gateway.assumed or not table.owners:
        return None
    named = _named(route_of(case, evidence))
    others = [server for server in servers if _pid(server) not in gateway.pids]
    tcp = [
        Candidate(address=reach(each, table), server=server)
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
    found = [each for each in (*tcp, *unix) if str(each.address) not in named]
    return sorted(found, key=lambda each: str(each.address))


def _named(route: RouteTaken | None) -> frozenset[str]:
    """Return the addresses that the route uses anyway: another server of the group is not where this one went."""
    group = route.group if route is not None else None
    return frozenset(str(address) for server in group.servers for address in server.addresses) if group else frozenset()


def _pid(server: AppServer) -> int:
    return server.about.pid if isinstance(server.about, Process) else -1


def reach(listener: Listener, table: SocketTable) -> Endpoint:
    """Return an address at which a listener is reached from its own namespace."""
    address = listener.address
    if address in WILDCARDS:
        address = "::1" if address == "::" and listener.v6only else "127.0.0.1"
    return Endpoint(place=table.about.place, address=address, port=listener.port)


def tie(case: Case, evidence: Evidence, candidate: Candidate) -> Tie | None:
    """Return what ties a candidate to the route, with the facts that show it."""
    told = tie_by_log(case, evidence, candidate)
    return told or tie_by_answer(case, evidence, candidate.address, candidate.server.unit)


def tie_by_log(case: Case, evidence: Evidence, candidate: Candidate) -> Tie | None:
    """Tie by what was written: the gateway's log names it for this host and path, or its own log names the address."""
    answered = _answered_before(case, evidence, candidate)
    if answered is not None:
        return f"it answered {answered.path} of {answered.host} before, by the gateway's own log", (answered,)
    return tie_by_move(case, evidence, candidate)


def tie_by_move(case: Case, evidence: Evidence, candidate: Candidate) -> Tie | None:
    """Tie by its own log, where that says that it listened on the configured address before."""
    told = _listened_before(case, evidence, candidate)
    return None if told is None else (f"its own log says that it listened on {case.failure.about} before", (told,))


def _answered_before(case: Case, evidence: Evidence, candidate: Candidate) -> LoggedRequest | None:
    """Return the newest good answer of this host and path that came from the candidate."""
    request = case.failure.request
    if request is None:
        return None
    for each in reversed(every(evidence, requests_want(case)) or ()):
        same = each.path.partition("?")[0] == request.path.partition("?")[0] and _bare(each.host) == _bare(request.host)
        good = each.status in SOUND and each.seen.at.end < case.window.start
        if same and good and each.attempts and each.attempts[-1][0] == str(candidate.address):
            return each
    return None


def _bare(host: str | None) -> str:
    """Return a Host without its port, in lower case; an unknown one equals none."""
    return "?" if host is None else re.sub(r":\d+\Z", "", host.lower())


def tie_by_answer(case: Case, evidence: Evidence, address: Address, unit: str | None) -> Tie | None:
    """Tie what answers at an address, and its unit if it has one, by asking for what was asked and what was made up."""
    route = route_of(case, evidence)
    if route is None or case.failure.request is None:
        return None
    if not route.loaded and str(case.failure.about) not in _named(route):
        return None
    path = route.settings.request_uri or case.failure.request.path
    real = one(evidence, _want(address, route, route.settings.host, path))
    if real is None or not _good(real, SOUND):
        return None
    name = common_name(route, unit)
    if name is not None:
        return f"it bears the upstream's name, {name}, and answers {path} ({real.status})", (real,)
    return _tie_by_asking(evidence, address, route, (path, real)) if _good(real, GOOD) else None


def _tie_by_asking(
    evidence: Evidence, address: Address, route: RouteTaken, known: tuple[str, ResponseAttempt]
) -> Tie | None:
    path, real = known
    host = route.settings.host
    wrong_path = one(evidence, _made_up(address, route, path))
    if words(path.partition("?")[0]) and wrong_path is not None and _refuses(wrong_path):
        return f"it answers {path} ({real.status}) and knows no made-up path ({wrong_path.status})", (real, wrong_path)
    if route.protocol is not Protocols.HTTP or not telling(host):
        return None
    wrong_host = one(evidence, _want(address, route, NO_HOST, path))
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


def common_name(route: RouteTaken, unit: str | None) -> str | None:
    """Return the name that the upstream in the configuration and the unit of the server bear, common words left aside.

    `shop-admin.service` is not what an upstream `shop` means.
    """
    if route.group is None or route.group.site is None or unit is None:
        return None
    ours = _parts(route.group.name)
    theirs = _parts(unit.removesuffix(".service"))
    telling_ = any(len(each) >= TELLING for each in ours)
    return " ".join(sorted(ours)) if telling_ and ours == theirs else None


def _parts(name: str) -> set[str]:
    return {each for each in re.split(r"[^a-z0-9]+", name.lower()) if each} - COMMON


def words(name: str) -> set[str]:
    """Return the words of a name or path that could tell one application from another."""
    return {each for each in _parts(name) - USUAL if len(each) >= TELLING and not each.isdigit()}


def telling(host: str) -> bool:
    """Tell whether a Host is one that few applications take: no address, and not localhost, which many do."""
    bare = _bare(host).strip("[]")
    return bool(words(bare)) and not re.fullmatch(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*", bare)


def _want(address: Address, route: RouteTaken, host: str, path: str) -> Want[ResponseAttempt]:
    how = As(protocol=route.protocol, host=host or None, path=path, headers=headers_of(route), limit=2.0)
    return Want(kind=ResponseAttempt, about=address, how=how)


def _made_up(address: Address, route: RouteTaken, path: str) -> Want[ResponseAttempt]:
    """Ask for a path that nobody has; what the gateway makes of a path for FastCGI and uwsgi is made up as well."""
    real = path.partition("?")[0]
    given = tuple((name, value.replace(real, MADE_UP)) for name, value in headers_of(route)) if real != "/" else ()
    how = As(
        protocol=route.protocol,
        host=route.settings.host or None,
        path=MADE_UP,
        headers=given or headers_of(route),
        limit=2.0,
    )
    return Want(kind=ResponseAttempt, about=address, how=how)


def _good(attempt: ResponseAttempt, statuses: range) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in statuses


def _refuses(attempt: ResponseAttempt) -> bool:
    return attempt.reply is Reply.ANSWERED and attempt.status in range(400, 500)
