"""The upstream is tried over IPv6 and listens on IPv4 only, or the reverse.

## What happens
A name such as `localhost` stands for `::1` and `127.0.0.1`, or the configuration names the address of the other
family. The gateway connects to an address on which nothing listens, while the same port is served on the other one.

## Told apart from
`network.nothing-listening` alone has no listener of that port on the same host in either family. In
`network.wrong-interface` the listener is of the same family. An address that answered before was served: the other
listener may be another's.

## Remedy
Name the address that is served (`127.0.0.1` instead of `localhost`), or let the application listen on both families.
"""

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import Met, TcpAttempt
from why502.observations.sockets import Listener, SocketTable
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Excluded, Fix, Grade, Irrelevant, Proven, Risk, Suspected, Verdict
from why502.observations.want import As, Evidence, Want
from why502.rules.answering import answered_here
from why502.rules.asking import one, route_of
from why502.rules.candidates import reach
from why502.rules.cause import cause
from why502.rules.listening import WILDCARDS, Listens, NotSeen, loopback, reached, takes, who_listens
from why502.rules.owning import is_own
from why502.rules.probing import CONNECT
from why502.rules.publishing import Publisher, names_address, publishers_want, who_should

NO_ADDRESS = frozenset({"99", "49"})
"""EADDRNOTAVAIL of Linux and of BSD: no such address here, as without an IPv6 stack."""

REFUSED = frozenset({FailureId.CONNECT_REFUSED, FailureId.CONNECT_UNREACHABLE, FailureId.CONNECT_EXHAUSTED})


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        FailureId.CONNECT_UNREACHABLE,
        "network.no-route",
        FailureId.CONNECT_EXHAUSTED,
        FailureId.CONNECT_TIMEOUT,
    },
    common=5,
)
def address_family(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a listener of the same port in the other family only, at the same host."""
    address = case.failure.about
    if not isinstance(address, Endpoint) or case.failure.id not in REFUSED:
        return Irrelevant(says="the gateway was not refused at an address")
    if not is_own(address, evidence):
        if ":" not in address.address:
            return Irrelevant(says="an IPv4 address of another host")
        return Suspected(grade=Grade.COMPATIBLE, says="perhaps the upstream serves the other address family only")
    if case.failure.id is FailureId.CONNECT_EXHAUSTED and case.failure.told("errno") not in {None, *NO_ADDRESS}:
        return Irrelevant(says="the gateway ran out of something else than addresses")
    return _at_home(case, evidence, address)


def _at_home(case: Case, evidence: Evidence, address: Endpoint) -> Verdict:
    """Judge an address of the gateway's own namespace by the socket table there."""
    held = who_listens(address, evidence)
    guess = "perhaps it listens in the other family only"
    if isinstance(held, NotSeen):
        return Suspected(grade=Grade.COMPATIBLE, says=guess, wants=(held.want,))
    if isinstance(held, Listens):
        if not held.sure:
            return Suspected(grade=Grade.COMPATIBLE, says=guess)
        return Excluded(because=(held.table,), says=f"a socket listens on {address}")
    other = other_family(held.table, address)
    if other is None:
        return Excluded(because=(held.table,), says=f"port {address.port} is served in neither family")
    should = who_should(address, evidence)
    if should is None:
        return Suspected(grade=Grade.SPECIFIC, says=guess, because=(held.table,), wants=(publishers_want(address),))
    if any(not each.here or (each.stopped and not _names(each, other, address)) for each in should):
        return Suspected(grade=Grade.COMPATIBLE, says=f"another unit names {address}; the other may be another's")
    if answered_here(case, evidence):
        return Suspected(grade=Grade.COMPATIBLE, says=f"{address} answered before; the other may be another's")
    return _if_taken(case, evidence, held.table, other)


def _if_taken(case: Case, evidence: Evidence, table: SocketTable, other: Listener) -> Verdict:
    """Prove it if the other listener takes connections: one that is bound to a link is in the table all the same."""
    want = Want(kind=TcpAttempt, about=reach(other, table), how=As(limit=CONNECT))
    taken = one(evidence, want)
    if taken is not None and taken.met is Met.CONNECTED:
        return _proof(case, evidence, (table, taken), other)
    says = "perhaps it listens in the other family only"
    return Suspected(grade=Grade.SPECIFIC, says=says, because=(table,), wants=(want,))


def other_family(table: SocketTable, address: Endpoint) -> Listener | None:
    """Return the listener of the same port in the other family, where that family would reach it.

    For `::1` or 127.0.0.1 that is the other of the two, for another own address all but a loopback one.
    """
    plain = reached(address.address)
    twin = Endpoint(place=address.place, address="127.0.0.1" if ":" in plain else "::1", port=address.port)
    if plain in {"127.0.0.1", "::1"}:
        return next((each for each in table.listeners if takes(each, twin)), None)
    other = [each for each in table.listeners if each.port == address.port and (":" in each.address) != (":" in plain)]
    return next((each for each in other if each.address in WILDCARDS or not loopback(each.address)), None)


def _names(publisher: Publisher, listener: Listener, address: Endpoint) -> bool:
    """Tell whether a unit names the listener too, as one does that names `localhost`."""
    there = Endpoint(place=address.place, address=listener.address, port=listener.port)
    return any(names_address(bind, there) for bind in publisher.names.binds)


def _proof(case: Case, evidence: Evidence, because: tuple[Fact, ...], listener: Listener) -> Verdict:
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant()
    route = route_of(case, evidence)
    served = f"[{listener.address}]" if ":" in listener.address else listener.address
    twin = "127.0.0.1" if ":" in address.address else "[::1]"
    written = f" ({route.written} at {route.site})" if route is not None else ""
    return Proven(
        subject=address,
        because=because if route is None else (*because, route),
        says=f"{address} is not served{written}, but {served}:{listener.port} is: the other address family",
        fixes=(
            Fix(
                title=f"Give the gateway {twin}:{address.port}",
                commands=("nginx -t && nginx -s reload",),
                risk=Risk.RELOAD,
            ),
        ),
    )
