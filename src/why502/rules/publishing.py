"""Who should listen on an address? A unit, socket unit or command line names it, or a log says it did before."""

from why502.observations.frozen import frozen
from why502.observations.server import Publishes
from why502.observations.subjects import Address, Endpoint, Machine, Process, SocketPath, Unit
from why502.observations.units import UnitState
from why502.observations.want import Evidence, Want
from why502.rules.asking import every, one
from why502.rules.listening import WILDCARDS, reached, same_address

STOPPED = frozenset({"inactive", "failed"})


@frozen
class Publisher:
    """A unit that names the address, and its state; or a live process that names it."""

    names: Publishes
    unit: Unit | None
    state: UnitState | None

    @property
    def stopped(self) -> bool:
        """Tell whether it is a unit that does not run."""
        return self.state is not None and self.state.active in STOPPED

    @property
    def here(self) -> bool:
        """Tell whether the address is surely this one: what has a network or files of its own names another."""
        return self.names.apart is False


def publishers_want(address: Address) -> Want[Publishes]:
    """Return the want of all that names addresses on the host."""
    return Want(kind=Publishes, about=Machine(place=address.place.machine()))


def names_address(bind: Address, address: Address) -> bool:
    """Tell whether a bind as written would take connections to the address.

    The same address in another network namespace is another address; one of an unknown namespace may be this.
    """
    if isinstance(bind, Endpoint) and isinstance(address, Endpoint):
        known = bind.place.net is not None and address.place.net is not None
        if bind.port != address.port or (known and not bind.place.same_network(address.place)):
            return False
        to = reached(address.address)
        wild = bind.address in WILDCARDS and (bind.address == "::" or ":" not in to)
        return wild or same_address(bind.address, to)
    if isinstance(bind, SocketPath) and isinstance(address, SocketPath):
        return bind.path == address.path
    return False


def who_should(address: Address, evidence: Evidence) -> tuple[Publisher, ...] | None:
    """Return all that name exactly this address, or may (see `Publisher.here`); None where that was not seen."""
    published = every(evidence, publishers_want(address))
    if published is None:
        return None
    return tuple(
        _publisher(each, evidence) for each in published if any(names_address(bind, address) for bind in each.binds)
    )


def who_surely_should(address: Address, evidence: Evidence) -> tuple[Publisher, ...] | None:
    """Return those of them that name it as their own: `--port` of an unknown program may be where it connects."""
    found = who_should(address, evidence)
    return None if found is None else tuple(each for each in found if each.names.sure)


def _publisher(names: Publishes, evidence: Evidence) -> Publisher:
    if isinstance(names.about, Unit):
        return Publisher(names=names, unit=names.about, state=one(evidence, Want(kind=UnitState, about=names.about)))
    return Publisher(names=names, unit=None, state=None)


def live_process(publisher: Publisher) -> Process | None:
    """Return the process, if it is a live one that names the address."""
    return publisher.names.about if isinstance(publisher.names.about, Process) else None
