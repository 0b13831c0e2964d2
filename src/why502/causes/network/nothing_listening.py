"""Nothing listens on the upstream's port.

## What happens
The gateway's SYN reaches a living host on a port that no socket holds; the kernel there answers RST at once.

## Told apart from
`firewall.rejected` refuses just as fast, yet the socket table shows a listener. `network.wrong-interface` and
`network.address-family` have a listener of the same port on another address. Where a rule of NAT or IPVS may hand the
connection on, it was refused elsewhere, and nothing is proved of this port.

## Remedy
Start the service that should listen there, or give the gateway the address that the service really uses.
"""

from why502.observations.failure import FailureId
from why502.observations.sockets import OwnAddresses, UnixListener
from why502.observations.subjects import Endpoint, Machine
from why502.observations.verdict import (
    Case,
    Excluded,
    Fix,
    Grade,
    Irrelevant,
    Proven,
    Suspected,
    Unexamined,
    Verdict,
)
from why502.observations.want import Evidence, Want
from why502.rules.cause import cause
from why502.rules.listening import Listens, Nobody, NotSeen, who_listens
from why502.rules.owning import is_own


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        "gateway.all-servers-ejected",
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
    },
    common=2,
)
def nothing_listening(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by the whole socket table of the namespace that the gateway connects in."""
    address = case.failure.about
    if not isinstance(address, Endpoint) or case.failure.id is not FailureId.CONNECT_REFUSED:
        return Irrelevant(says="only a refused connection to an address shows it")
    own = is_own(address, evidence)
    if own is False:
        return Suspected(grade=Grade.COMPATIBLE, says=f"{address} is another host, whose sockets were not seen")
    match who_listens(address, evidence):
        case Nobody(table=table) if own:
            return Proven(
                subject=address,
                because=(table,),
                says=f"nothing listens on {address}",
                fixes=(Fix(title="See what listens there now", commands=("ss -lntp",)),),
            )
        case Nobody():
            return Unexamined(wants=(Want(kind=OwnAddresses, about=Machine(place=address.place.network())),))
        case Listens(sure=False):
            return Suspected(
                grade=Grade.COMPATIBLE, says=f"perhaps what listens on port {address.port} takes IPv6 only"
            )
        case Listens(listener=listener, table=table):
            where = str(address) if isinstance(listener, UnixListener) else f"{listener.address}:{listener.port}"
            return Excluded(because=(table,), says=f"a socket listens on {where}")
        case NotSeen(want=want):
            return Suspected(grade=Grade.COMPATIBLE, says=f"perhaps nothing listens on {address}", wants=(want,))
