"""Is an address this host's own, so that its socket table speaks for it? Is it in the namespace of its units?"""

from why502.observations.files import PathChain
from why502.observations.place import Place
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
    """Tell whether units of the host bind there: in the namespaces of its first process."""
    table = one(evidence, Want(kind=ProcessTable, about=Machine(place=address.place.machine())))
    first = table.by_pid(1) if table is not None else None
    if first is None:
        return False
    if isinstance(address, SocketPath):
        return first.place.same_files(address.place) or _same_folder(address, first.place, evidence)
    return first.place.same_network(address.place)


def _same_folder(address: SocketPath, other: Place, evidence: Evidence) -> bool:
    """Tell whether a path leads through the same directories in both places, as where a container shares one.

    Two directories whose times are equal to the microsecond are taken to be one.
    """
    places = (address, SocketPath(place=other.files(), path=address.path))
    chains = [one(evidence, Want(kind=PathChain, about=each)) for each in places]
    if any(chain is None or chain.unreadable is not None for chain in chains):
        return False
    ends = [[each for each in chain.components if each.kind == "dir"][-1:] for chain in chains if chain is not None]
    return bool(ends[0]) and ends[0] == ends[1]
