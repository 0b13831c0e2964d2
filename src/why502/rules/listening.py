"""Who listens on an address? Eight causes ask it, so it is answered once, here."""

from ipaddress import ip_address

from why502.observations.frozen import frozen
from why502.observations.sockets import Listener, SocketTable, UnixListener
from why502.observations.subjects import Address, Endpoint, Machine, SocketPath
from why502.observations.want import Evidence, Want
from why502.rules.asking import one

WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104


@frozen
class Listens:
    """A socket listens there.

    `alone`: no other socket shares the address (`SO_REUSEPORT`). `sure` is false where it is not known
    whether a socket of `::` takes IPv4 too.
    """

    listener: Listener | UnixListener
    table: SocketTable
    alone: bool = True
    sure: bool = True


@frozen
class Nobody:
    """The whole table of that namespace was read, and the address is not in it."""

    table: SocketTable


@frozen
class NotSeen:
    """No complete table of that place and time was read."""

    want: Want[SocketTable]


def table_want(address: Address) -> Want[SocketTable]:
    """Return the want of the socket table that speaks for an address."""
    return Want(kind=SocketTable, about=Machine(place=address.place.network()))


def takes(listener: Listener, endpoint: Endpoint) -> bool:
    """Tell whether a listener gets the connections made to an address (RFC 3493, section 5.3 for `::`)."""
    if listener.port != endpoint.port:
        return False
    address = reached(endpoint.address)
    if listener.address in WILDCARDS:
        if ":" in address:
            return listener.address == "::"
        return listener.address == "0.0.0.0" or listener.v6only is not True  # noqa: S104
    return same_address(listener.address, address)


def reached(address: str) -> str:
    """Return where a connection to an address goes: an unspecified one means loopback, a mapped one is IPv4."""
    plain = _plain(address)
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(plain, plain)  # noqa: S104


def _surely(listener: Listener, endpoint: Endpoint) -> bool:
    known = listener.address != "::" or listener.v6only is not None
    return known or ":" in reached(endpoint.address)


def same_address(one_: str, other: str) -> bool:
    """Compare two IP literals by value; an IPv4 address mapped into IPv6 equals itself."""
    return _plain(one_) == _plain(other)


def _plain(address: str) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None  # noqa: PLR2004
    return str(mapped or parsed)


def loopback(address: str) -> bool:
    """Tell whether this is an address of the own namespace wherever it is written."""
    try:
        return ip_address(_plain(address)).is_loopback or address in WILDCARDS
    except ValueError:
        return False


def who_listens(address: Address, evidence: Evidence) -> Listens | Nobody | NotSeen:
    """Answer from a table of that very namespace that holds over the window."""
    want = table_want(address)
    table = one(evidence, want)
    if table is None:
        return NotSeen(want=want)
    match address:
        case Endpoint():
            found = [each for each in table.listeners if takes(each, address)]
            if found:
                return _chosen(found, address, table)
        case SocketPath(path=path):
            for each in table.unix:
                if each.path == path:
                    return Listens(listener=each, table=table)
    return Nobody(table=table) if table.complete else NotSeen(want=want)


def _chosen(found: list[Listener], address: Endpoint, table: SocketTable) -> Listens:
    """Choose as the kernel does: the socket of the very address goes before one of all addresses."""
    exact = [each for each in found if each.address not in WILDCARDS] or found
    sure = [each for each in exact if _surely(each, address)]
    best = sure or exact
    return Listens(listener=best[0], table=table, alone=len(best) == 1, sure=bool(sure))
