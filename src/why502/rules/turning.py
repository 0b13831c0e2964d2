"""Does a connection to an address meet the sockets there, or does a rule of the kernel hand it on elsewhere?"""

from dataclasses import replace

from why502.observations.fact import Fact
from why502.observations.failure import FailureId
from why502.observations.memory import CgroupMemory, OomKill
from why502.observations.probes import Met
from why502.observations.server import AppServer, Publishes, ServerMessage
from why502.observations.sockets import Connections, Redirects, SocketTable
from why502.observations.subjects import Endpoint
from why502.observations.units import UnitJournal, UnitState
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.knowing import known
from why502.rules.listening import Nobody, reached, who_listens
from why502.rules.probing import connect_want

BEHIND = (
    SocketTable,
    Connections,
    AppServer,
    Publishes,
    ServerMessage,
    UnitState,
    UnitJournal,
    CgroupMemory,
    OomKill,
)
"""What tells of those behind an address, rather than of what a connection to it met."""


def redirects_want(address: Endpoint) -> Want[Redirects]:
    """Return the want of the rules that may turn a connection to an address."""
    return Want(kind=Redirects, about=replace(address, address=reached(address.address)))


def turned(case: Case, evidence: Evidence) -> str:
    """Return a rule that may hand the failed connection on; nothing where none is known."""
    address = case.failure.about
    found = known(evidence, redirects_want(address)) if isinstance(address, Endpoint) else None
    return found.rules[0] if found is not None and found.rules else ""


def _taken(case: Case, evidence: Evidence, address: Endpoint) -> bool:
    """Tell whether a connection is taken where no socket listens: something turns it that leaves no rule to be read."""
    attempt = one(evidence, connect_want(case, None))
    return attempt is not None and attempt.met is Met.CONNECTED and isinstance(who_listens(address, evidence), Nobody)


def stays(case: Case, evidence: Evidence, because: tuple[Fact, ...]) -> bool:
    """Tell whether what is behind the address is what the gateway's connection met.

    A refused one may have been refused elsewhere, so it has to be known that no rule turns it. One that came about is
    in doubt only where there is such a rule, and the facts speak of who is behind the address.
    """
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return True
    if case.failure.id is FailureId.CONNECT_REFUSED:
        found = one(evidence, redirects_want(address))
        return found is not None and not found.rules and not _taken(case, evidence, address)
    return not any(isinstance(each, BEHIND) for each in because) or not turned(case, evidence)
