"""How to ask an upstream just as the gateway asks it."""

from why502.observations.gateway import GatewayProcess, RouteTaken
from why502.observations.probes import ResponseAttempt, TcpAttempt, TlsAttempt
from why502.observations.subjects import SocketPath
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, Protocols, TlsAs, Want
from why502.rules.asking import gateway_of, route_of
from why502.rules.waiting import where_it_waited

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PATIENCE = 9.0
BRIEF = 2.0
CONNECT = 1.5
"""Seconds in which two SYNs go out; one that is lost alone shows nothing."""


def tls_as(route: RouteTaken) -> TlsAs:
    """Speak TLS with the server name and versions of the route."""
    return TlsAs(server_name=route.settings.server_name, newest=route.settings.tls_newest)


def response_want(case: Case, route: RouteTaken, gateway: GatewayProcess | None) -> Want[ResponseAttempt]:
    """Ask the failed upstream for the failed request (its method only where that is safe)."""
    request = case.failure.request
    method = request.method if request is not None and request.method in SAFE else "GET"
    path = route.settings.request_uri or (request.path if request is not None else "/")
    about = case.failure.about
    return Want(
        kind=ResponseAttempt,
        about=about,
        how=As(
            protocol=route.protocol,
            tls=tls_as(route) if route.settings.tls else None,
            user=gateway.user if gateway is not None and isinstance(about, SocketPath) else None,
            host=route.settings.host or None,
            method=method,
            path=path,
            headers=headers_of(route),
            limit=patience(route.settings.read_timeout),
        ),
    )


def alike(case: Case) -> bool:
    """Tell whether the failed request itself may be repeated: a GET in place of a POST shows little of the POST."""
    return case.failure.request is not None and case.failure.request.method in SAFE


def headers_of(route: RouteTaken) -> tuple[tuple[str, str], ...]:
    """Return what the gateway sends beside Host: its headers, or the parameters of FastCGI and uwsgi.

    A value that holds a variable which the files do not tell is left out rather than sent as it is written.
    """
    if route.protocol in {Protocols.FASTCGI, Protocols.UWSGI}:
        return _told(route.settings.script)
    version = "1.0" if route.settings.http_version == "1.0" else "1.1"
    return (*_told(route.settings.headers), (":version", version))


def _told(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs if "$" not in value)


def patience(timeout: float) -> float:
    """Wait long enough to see an answer that is late for a short time-out; one of a minute cannot be waited for."""
    return timeout * 2 + 2.0 if timeout * 2 + 2.0 <= PATIENCE else BRIEF


def asked(case: Case, evidence: Evidence) -> Want[ResponseAttempt] | None:
    """Return the want of a response on the failed route, if the route is known.

    None where our request was seen to wait behind others: one more would only make the queue longer.
    """
    route = route_of(case, evidence)
    if route is None or route.group is None:
        return None
    waited = where_it_waited(case, evidence)
    if waited is not None and waited.new_queued > 0:
        return None
    return response_want(case, route, gateway_of(case, evidence))


def plain_want(case: Case, route: RouteTaken) -> Want[ResponseAttempt]:
    """Ask without TLS."""
    want = response_want(case, route, None)
    how = want.how or As()
    return Want(
        kind=ResponseAttempt,
        about=want.about,
        how=As(protocol=Protocols.HTTP, host=how.host, method=how.method, path=how.path, limit=3.0),
    )


def tls_want(case: Case, route: RouteTaken) -> Want[TlsAttempt]:
    """Shake hands as the route would."""
    return Want(kind=TlsAttempt, about=case.failure.about, how=As(tls=tls_as(route), limit=BRIEF))


def connect_want(case: Case, gateway: GatewayProcess | None) -> Want[TcpAttempt]:
    """Connect and say nothing; as the gateway's user where a path is asked."""
    about = case.failure.about
    user = gateway.user if gateway is not None and isinstance(about, SocketPath) else None
    return Want(kind=TcpAttempt, about=about, how=As(user=user, limit=CONNECT))
