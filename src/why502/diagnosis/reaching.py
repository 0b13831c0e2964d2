"""First contact: which addresses to ask, and one try after the other."""

from collections.abc import Sequence

from why502.diagnosis.options import Options
from why502.diagnosis.outcome import Target
from why502.diagnosis.target import is_address, netloc
from why502.observations.answer import Answer, Ending
from why502.observations.frozen import frozen
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


@frozen
class Way:
    """One way to the target: a scheme and an address."""

    scheme: str
    endpoint: Endpoint


async def names_of(survey: Survey, target: Target) -> tuple[NameAnswer, ...]:
    """Resolve the target's name through the system and through each name server; nothing for an address."""
    if is_address(target.host):
        return ()
    found = await survey.get(Want(kind=NameAnswer, about=Name(place=survey.vantage.here(), name=target.host)))
    return () if isinstance(found, Gap) else found


def addresses_of(target: Target, options: Options, names: Sequence[NameAnswer], port: int) -> list[str]:
    """Return the addresses to ask, in the resolver's order."""
    given = [address for host, at, address in options.resolve if host == target.host and at == port]
    if given:
        return given
    if is_address(target.host):
        return [target.host]
    system = [address for answer in names if answer.server == SYSTEM for address in answer.addresses]
    return list(dict.fromkeys(system))[:ADDRESSES]


def ways(survey: Survey, target: Target, options: Options, names: Sequence[NameAnswer]) -> list[Way]:
    """Return every scheme and address that may lead to the target, the likely first."""
    if target.scheme is not None:
        schemes = [target.scheme]
    elif target.port is None or target.port in TLS_PORTS:
        schemes = ["https", "http"]
    else:
        schemes = ["http", "https"]
    place = survey.vantage.here().network()
    found = []
    for scheme in schemes:
        port = target.port or (443 if scheme == "https" else 80)
        if options.connect_to is not None:
            address, port = options.connect_to
            found.append(Way(scheme=scheme, endpoint=Endpoint(place=place, address=address, port=port)))
            continue
        addresses = addresses_of(target, options, names, port)
        found += [Way(scheme=scheme, endpoint=Endpoint(place=place, address=each, port=port)) for each in addresses]
    return found


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
        tls=TlsAs(server_name=None if is_address(target.host) else target.host, alpn=alpn)
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
    return reached(answer) and answer.ending is not Ending.INVALID
