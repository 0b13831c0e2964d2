"""Is an address this host's own, so that its socket table speaks for it?"""

from why502.observations.sockets import OwnAddresses
from why502.observations.subjects import Endpoint, Machine
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.listening import loopback, same_address


def is_own(endpoint: Endpoint, evidence: Evidence) -> bool | None:
    """Tell whether the address belongs to the namespace it is asked from; None where that is not known."""
    if loopback(endpoint.address):
        return True
    own = one(evidence, Want(kind=OwnAddresses, about=Machine(place=endpoint.place.network())))
    return None if own is None else any(same_address(each, endpoint.address) for each in own.addresses)
