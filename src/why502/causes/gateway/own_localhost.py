"""The configuration says localhost, which is not where the application is: the gateway has a localhost of its own.

## What happens
Gateway and application run in different network namespaces (containers, pods, network namespaces of units). `127.0.0.1`
in the gateway's configuration means the gateway's own namespace, where nothing listens on that port.

## Told apart from
`gateway.wrong-address`: there the application listens in the gateway's own namespace on another address or port.
If the application is found nowhere, only `network.nothing-listening` is proved. That something outside has the same
port is not enough: it may be any other application, or the same one beside a gateway of its own.

## Remedy
Name the application by an address that both share: its container or service name, the address of the bridge or of the
other end of the link; or put both into one namespace.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.observations.processes import ProcessTable
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Endpoint, Machine, Process
from why502.observations.verdict import Case, Excluded, Fix, Grade, Irrelevant, Proven, Risk, Suspected, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.answering import answered_here
from why502.rules.asking import one, route_of
from why502.rules.candidates import reach, tie_by_answer
from why502.rules.cause import cause
from why502.rules.listening import Nobody, loopback, who_listens
from why502.rules.publishing import who_should

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
    if case.failure.id is not FailureId.CONNECT_REFUSED:
        return Suspected(grade=Grade.COMPATIBLE, says="perhaps it runs in another namespace")
    here = who_listens(address, evidence)
    if not isinstance(here, Nobody):
        return Irrelevant(says="nothing is missing on the gateway's own localhost, or it was not seen")
    table = one(evidence, process_want(address))
    if table is None:
        says = "perhaps it runs in another namespace"
        return Suspected(grade=Grade.COMPATIBLE, says=says, wants=(process_want(address),))
    return _elsewhere(case, evidence, here.table, table)


def _elsewhere(case: Case, evidence: Evidence, own: SocketTable, table: ProcessTable) -> Verdict:
    """Judge by what listens on the same port in the other namespaces."""
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant()
    seen = _seen(table, address, evidence)
    found = [(each, listener) for each in seen.tables for listener in each.listeners if listener.port == address.port]
    if not found and seen.whole:
        return Excluded(
            because=(own, table, *seen.tables),
            says=f"port {address.port} is served in no other namespace of this host",
        )
    if not found or not seen.whole:
        return Suspected(grade=Grade.COMPATIBLE, says="not every namespace of this host was seen")
    if len({each.about for each, _ in found}) > 1:
        return Suspected(grade=Grade.SPECIFIC, says=f"several other namespaces serve port {address.port}")
    shown = _shown(case, evidence, table, found[0])
    if shown is None:
        return Suspected(
            grade=Grade.SPECIFIC,
            says=f"another network namespace serves port {address.port}; that it is this application is not shown",
            because=(own, found[0][0]),
        )
    return _proof(case, evidence, (own, *shown), found[0])


def process_want(address: Endpoint) -> Want[ProcessTable]:
    """Return the want of all processes of the host."""
    return Want(kind=ProcessTable, about=Machine(place=address.place.machine()))


@frozen
class Seen:
    """The socket tables of the other namespaces; `whole` if there is none that was not seen."""

    tables: tuple[SocketTable, ...]
    whole: bool


def _seen(table: ProcessTable, address: Endpoint, evidence: Evidence) -> Seen:
    places = namespaces(table, address.place)
    asked = [one(evidence, Want(kind=SocketTable, about=Machine(place=place))) for place in places[:NAMESPACES]]
    tables = tuple(each for each in asked if each is not None)
    unknown = any(info.place.net is None and info.command and info.state != "Z" for info in table.processes)
    whole = table.complete and not unknown and len(tables) == len(places) and all(each.complete for each in tables)
    return Seen(tables=tables, whole=whole)


def namespaces(table: ProcessTable, own: Place) -> list[Place]:
    """Return the other network namespaces in which processes live."""
    places = {info.place.network() for info in table.processes if info.place.net is not None}
    return sorted((each for each in places if not each.same_network(own)), key=lambda each: each.net or 0)


def _shown(
    case: Case, evidence: Evidence, table: ProcessTable, found: tuple[SocketTable, Listener]
) -> tuple[Fact, ...] | None:
    """Return what shows that the listener is the application that is meant; None where it may be any other.

    Nothing of the gateway's own namespace may name the address, and none of its answers may have come from it: else
    the application was here, and is gone. The one outside has to know the very path or host that is asked for and no
    made-up one, or to bear the upstream's name. Where a gateway like ours stands beside it, it is that one's.
    """
    address = case.failure.about
    if not isinstance(address, Endpoint) or not _nobody_here(address, evidence) or answered_here(case, evidence):
        return None
    if _has_gateway(case, table, found[0]):
        return None
    holder = next((info for pid in found[1].pids if (info := table.by_pid(pid)) is not None), None)
    tied = tie_by_answer(case, evidence, reach(found[1], found[0]), holder.unit if holder is not None else None)
    return (table, *tied[1]) if tied is not None else None


def _nobody_here(address: Endpoint, evidence: Evidence) -> bool:
    """Tell whether all that names the address, if anything does, has a network of its own."""
    should = who_should(address, evidence)
    return should is not None and all(each.names.apart is True for each in should)


def _has_gateway(case: Case, table: ProcessTable, there: SocketTable) -> bool:
    """Tell whether the other namespace has a gateway of the same program, as each pod has that is made alike."""
    gateway = case.failure.hop.gateway
    ours = table.by_pid(gateway.pid) if isinstance(gateway, Process) else None
    inside = [info for info in table.processes if info.place.same_network(there.about.place)]
    return ours is None or any(info.name == ours.name for info in inside)


def _proof(case: Case, evidence: Evidence, because: tuple[Fact, ...], found: tuple[SocketTable, Listener]) -> Verdict:
    address, (other, listener) = case.failure.about, found
    route = route_of(case, evidence)
    there = f"{listener.address}:{listener.port}"
    holder = f", held by process {listener.pids[0]}" if listener.pids else ""
    return Proven(
        subject=address,
        because=(*because, other) if route is None else (*because, other, route),
        says=f"{address} is the gateway's own localhost; in another network namespace {there} is served{holder}",
        fixes=(
            Fix(
                title="Give the gateway an address of the application that both namespaces share",
                commands=(),
                risk=Risk.RELOAD,
            ),
        ),
    )
