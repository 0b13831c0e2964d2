"""Is an address this host's own, so that its socket table speaks for it? Is it in the namespace of its units?"""

from why502.observations.processes import ProcessTable
from why502.observations.sockets import OwnAddresses
from why502.observations.subjects import Address, Endpoint, Machine, SocketPath
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.listening import loopback, same_address


def is_own(endpoint: Endpoint, evidence: Evidence) -> bool | None:
    """Tell whether the address belongs to the namespace it is asked from; None where that is not known."""
    if loopback(endpoint.address):
        return True
    own = one(evidence, Want(kind=OwnAddresses, about=Machine(place=endpoint.place.network())))
    return None if own is None else any(same_address(each, endpoint.address) for each in own.addresses)


def of_first_process(address: Address, evidence: Evidence) -> bool:
    """Tell whether units of the host bind there: in the namespace of its first process; a path may be anybody's."""
    if isinstance(address, SocketPath):
        return True
    table = one(evidence, Want(kind=ProcessTable, about=Machine(place=address.place.machine())))
    first = table.by_pid(1) if table is not None else None
    return first is not None and first.place.same_network(address.place)
