"""The configuration says localhost, which is not where the application is: the gateway has a localhost of its own.

## What happens
Gateway and application run in different network namespaces (containers, pods, network namespaces of units). `127.0.0.1`
in the gateway's configuration means the gateway's own namespace, where nothing listens on that port.

## Told apart from
`gateway.wrong-address`: there the application listens in the gateway's own namespace on another address or port.
If the application is found nowhere, only `network.nothing-listening` is proved.

## Remedy
Name the application by an address that both share: its container or service name, the address of the bridge or of the
other end of the link; or put both into one namespace.
"""

from why502.observations.failure import FailureId
from why502.observations.place import Place
from why502.observations.processes import ProcessTable
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Endpoint, Machine
from why502.observations.verdict import Case, Excluded, Fix, Grade, Irrelevant, Proven, Risk, Suspected, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.listening import Nobody, loopback, who_listens

NAMESPACES = 20


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        "gateway.self-loop",
        FailureId.CONNECT_TIMEOUT,
    },
    common=3,
)
def own_localhost(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the only listener of that port on the host, in another network namespace."""
    address = case.failure.about
    if not isinstance(address, Endpoint) or not loopback(address.address):
        return Irrelevant(says="the upstream is no loopback address")
    here = who_listens(address, evidence)
    if not isinstance(here, Nobody):
        return Irrelevant(says="nothing is missing on the gateway's own localhost, or it was not seen")
    want = Want(kind=ProcessTable, about=Machine(place=address.place.machine()))
    table = one(evidence, want)
    if table is None:
        return Suspected(grade=Grade.COMPATIBLE, says="perhaps it runs in another namespace", wants=(want,))
    found = [
        (each, listener)
        for place in namespaces(table, address.place)
        if (each := one(evidence, Want(kind=SocketTable, about=Machine(place=place)))) is not None
        for listener in each.listeners
        if listener.port == address.port
    ]
    if not found:
        return Excluded(because=(here.table,), says=f"port {address.port} is served in no other namespace of this host")
    if len({each.about for each, _ in found}) > 1:
        return Suspected(grade=Grade.SPECIFIC, says=f"several other namespaces serve port {address.port}")
    return _proof(case, evidence, address, here.table, found[0])


def namespaces(table: ProcessTable, own: Place) -> list[Place]:
    """Return the other network namespaces in which processes live, 20 at most."""
    places = {info.place.network() for info in table.processes if info.place.net is not None}
    others = sorted((each for each in places if not each.same_network(own)), key=lambda each: each.net or 0)
    return others[:NAMESPACES]


def _proof(
    case: Case, evidence: Evidence, address: Endpoint, own: SocketTable, found: tuple[SocketTable, Listener]
) -> Verdict:
    other, listener = found
    route = route_of(case, evidence)
    there = f"{listener.address}:{listener.port}"
    holder = f", held by process {listener.pids[0]}" if listener.pids else ""
    return Proven(
        subject=address,
        because=(own, other) if route is None else (own, other, route),
        says=f"{address} is the gateway's own localhost; in another network namespace {there} is served{holder}",
        fixes=(
            Fix(
                title="Give the gateway an address of the application that both namespaces share",
                commands=(),
                risk=Risk.RELOAD,
            ),
        ),
    )
