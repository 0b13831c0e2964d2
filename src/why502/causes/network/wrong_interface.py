"""The upstream listens, but only on an address that the gateway cannot reach.

## What happens
The application is bound to loopback or to one interface, and the gateway connects to the same port on another address
of that host: nothing takes the connection there.

## Told apart from
`network.address-family`: the listener is of the other family. `gateway.wrong-address`: the application listens on
another port. `gateway.own-localhost`: it listens in another namespace.

## Remedy
Bind the application to the address that the gateway uses (or to `0.0.0.0`, behind a packet filter), or let the gateway
use the address that is bound.
"""

from dataclasses import replace

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.probes import Reply
from why502.observations.sockets import Listener
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Excluded, Fix, Irrelevant, Proven, Risk, Verdict
from why502.observations.want import Evidence
from why502.rules.answering import answered_here
from why502.rules.asking import one, route_of
from why502.rules.cause import cause
from why502.rules.listening import WILDCARDS, loopback, table_want, takes
from why502.rules.owning import is_own
from why502.rules.probing import alike, asked
from why502.rules.publishing import who_should
from why502.rules.suspecting import perhaps, points

GOOD = range(200, 400)


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.CONNECT_TIMEOUT,
    },
    common=8,
)
def wrong_interface(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the only listener of the same port and family, on another address, that answers the request."""
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant(says="the upstream is no TCP port")
    own = is_own(address, evidence)
    want = table_want(address)
    table = one(evidence, want)
    says = "perhaps the upstream listens on another of its addresses only"
    if own is not True or table is None:
        return perhaps(says, want)
    if any(takes(each, address) for each in table.listeners):
        return Excluded(because=(table,), says=f"a socket listens on {address}")
    others = [each for each in table.listeners if each.port == address.port and _same_family(each, address)]
    if not others:
        if not table.complete:
            return perhaps(says, want)
        return Excluded(because=(table,), says=f"port {address.port} is served on no other address of this family")
    bound = Endpoint(place=address.place, address=others[0].address, port=others[0].port)
    fix = f"Let the application listen on {address}" if loopback(bound.address) else f"Give the gateway {bound}"
    fixes = (Fix(title=f"{fix}, or the other way round", risk=Risk.RESTART),)
    answer = _answer(case, evidence, bound) if len(others) == 1 and table.owners else None
    if answer is not None and who_should(address, evidence) == () and not answered_here(case, evidence):
        says = f"the application listens on {bound} only, and the gateway connects to {address}"
        return Proven(subject=address, because=(table, *answer), says=says, fixes=fixes)
    return points(
        f"port {address.port} is served on {bound} only, and the gateway connects to {address}",
        table,
        fixes=fixes,
    )


def _answer(case: Case, evidence: Evidence, bound: Endpoint) -> tuple[Fact, ...] | None:
    """Return the sound answer to the failed request at the other address, with the route that asks elsewhere."""
    route = route_of(case, evidence)
    want = asked(Case(failure=replace(case.failure, about=bound)), evidence)
    if route is None or not route.loaded or want is None or not alike(case):
        return None
    attempt = one(evidence, want)
    good = attempt is not None and attempt.reply is Reply.ANSWERED and attempt.status in GOOD
    return (attempt, route) if attempt is not None and good else None


def _same_family(listener: Listener, address: Endpoint) -> bool:
    return listener.address not in WILDCARDS and (":" in listener.address) == (":" in address.address)
