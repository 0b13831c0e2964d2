"""First contact: which addresses to ask, one try after the other, and where a redirect leads."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from why502.diagnosis.options import Options, TargetError
from why502.diagnosis.outcome import Target
from why502.diagnosis.target import is_address, netloc, parse_target
from why502.observations.answer import Answer, Ending
from why502.observations.frozen import frozen
from why502.observations.gateway import RouteListed
from why502.observations.probes import NameAnswer
from why502.observations.subjects import Endpoint, Name
from why502.observations.want import As, Gap, Protocols, TlsAs, Want
from why502.probes.contact import Contact, begin
from why502.survey.survey import Survey

SYSTEM = "system"
TLS_PORTS = frozenset({443, 8443})
AGENT = "why502"
ADDRESSES = 4
CONNECT_SECONDS = 3.0
REDIRECTS = 5
REDIRECTING = frozenset({301, 302, 303, 307, 308})
KEEPING = frozenset({307, 308})
"""Redirects that keep the method and the body (RFC 9110, section 15.4)."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@frozen
class Way:
    """One way to the target: a scheme and an address."""

    scheme: str
    endpoint: Endpoint


async def names_of(survey: Survey, target: Target, options: Options) -> tuple[NameAnswer, ...]:
    """Resolve the name to connect to, by the system and by each name server; nothing for an address."""
    name = options.connect_to[0] if options.connect_to is not None else target.host
    ports = [port for _, port in ports_of(target)] if options.connect_to is None else [options.connect_to[1]]
    given = {(host, port) for host, port, _ in options.resolve}
    if is_address(name) or all((name, port) in given for port in ports):
        return ()
    found = await survey.get(Want(kind=NameAnswer, about=Name(place=survey.vantage.here(), name=name)))
    return () if isinstance(found, Gap) else found


def addresses_of(host: str, port: int, options: Options, names: Sequence[NameAnswer]) -> list[str]:
    """Return the addresses to ask, in the resolver's order."""
    given = [address for name, at, address in options.resolve if name == host and at == port]
    if given:
        return given
    if is_address(host):
        return [host]
    system = [address for answer in names if answer.server == SYSTEM for address in answer.addresses]
    return list(dict.fromkeys(system))[:ADDRESSES]


def ports_of(target: Target) -> list[tuple[str, int]]:
    """Return every scheme and port that the target may mean, the likely first."""
    if target.scheme is not None:
        schemes = [target.scheme]
    elif target.port is None or target.port in TLS_PORTS:
        schemes = ["https", "http"]
    else:
        schemes = ["http", "https"]
    return [(scheme, target.port or (443 if scheme == "https" else 80)) for scheme in schemes]


def ways(survey: Survey, target: Target, options: Options, names: Sequence[NameAnswer]) -> list[Way]:
    """Return every scheme and address that may lead to the target, the likely first."""
    place = survey.vantage.here().network()
    found = []
    for scheme, named in ports_of(target):
        host, port = options.connect_to or (target.host, named)
        addresses = addresses_of(host, port, options, names)
        found += [Way(scheme=scheme, endpoint=Endpoint(place=place, address=each, port=port)) for each in addresses]
    return found


def serving(routes: Sequence[RouteListed], host: str, port: int) -> list[str]:
    """Return the addresses at which a configuration serves a name: by itself, or by a `*.` or `.` above it."""
    found = [
        each.address
        for each in routes
        if each.port == port
        and (each.name == host or (each.name.startswith(("*.", ".")) and f".{host}".endswith(each.name.lstrip("*"))))
    ]
    return [address if is_address(address) else "0.0.0.0" for address in dict.fromkeys(found)]  # noqa: S104


def request_for(target: Target, options: Options, scheme: str, token: str) -> As:
    """Return how the request is sent."""
    agent = f"{AGENT}/1 (+{token})" if options.mark else AGENT
    own = {name.lower() for name, _ in options.headers}
    standard = (("User-Agent", agent), ("Accept", "*/*"))
    host = next((value for name, value in options.headers if name.lower() == "host"), None)
    given = tuple((name, value) for name, value in options.headers if name.lower() != "host")
    alpn = ("h2", "http/1.1")
    return As(
        protocol=Protocols.HTTP,
        tls=TlsAs(server_name=None if is_address(target.host) else target.host, alpn=alpn, verify=not options.insecure)
        if scheme == "https"
        else None,
        host=host or netloc(target.host, target.port, scheme),
        method=options.method,
        path=target.path,
        headers=(*(each for each in standard if each[0].lower() not in own), *given),
        body=options.data or b"",
        limit=CONNECT_SECONDS,
    )


async def send(survey: Survey, way: Way, how: As, number: int, token: str) -> Contact:
    """Send one try."""
    return await begin(survey.vantage, way.endpoint, how, number, token)


def reached(answer: Answer) -> bool:
    """Tell whether a try got through to something that took the request."""
    return answer.ending not in {Ending.NO_CONNECTION, Ending.NO_ADDRESS}


def spoke(answer: Answer) -> bool:
    """Tell whether what was reached speaks the protocol of the try."""
    if answer.ending is Ending.TLS_FAILED:
        return not answer.error.startswith("not-tls")
    if answer.status == 400 and "HTTPS port" in answer.body:  # noqa: PLR2004
        return False
    return reached(answer) and answer.ending not in {Ending.INVALID, Ending.CLOSED}


def redirected(target: Target, way: Way, answer: Answer, options: Options) -> tuple[Target, Options] | None:
    """Return what a redirect asks for next, and how; None where it leads to a site of its own, or may not be followed.

    Two names are one site where they are equal, or one lies below the other. The body and the method of an unsafe
    request go nowhere but to the address that was given. The user's headers stay with the host that they were for.
    """
    location = answer.header("location")
    if not options.follow or answer.status not in REDIRECTING or not location:
        return None
    unsafe = options.method not in SAFE
    if unsafe and answer.status in KEEPING and not options.repeat_unsafe:
        return None
    base = f"{way.scheme}://{netloc(target.host, target.port, way.scheme)}{target.path}"
    try:
        onward = parse_target(urldefrag(urljoin(base, location)).url)
    except (TargetError, ValueError):
        return None
    if onward.scheme is None or not one_site(target.host, onward.host):
        return None
    if unsafe and answer.status not in KEEPING:
        options = replace(options, method="GET", data=None)
    if onward.host != target.host or (way.scheme == "https" and onward.scheme == "http"):
        options = replace(options, headers=())
    if (onward.host, _port(onward)) != (target.host, way_port(target, way)):
        options = replace(options, connect_to=None)
    return replace(onward, written=target.written), options


def one_site(one: str, other: str) -> bool:
    """Tell whether two hosts are the same, or one is a name below the other."""
    if one == other:
        return True
    if is_address(one) or is_address(other):
        return False
    shorter, longer = sorted((one.removesuffix("."), other.removesuffix(".")), key=len)
    return "." in shorter and (longer == shorter or longer.endswith(f".{shorter}"))


def way_port(target: Target, way: Way) -> int:
    """Return the port that the URL of a way names."""
    return target.port or (443 if way.scheme == "https" else 80)


def _port(target: Target) -> int:
    return target.port or (443 if target.scheme == "https" else 80)
