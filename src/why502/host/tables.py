"""The rows of `/proc/PID/net/tcp`, `tcp6`, `unix` and `netstat` (proc(5)): pure readers for all socket tables."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address

from why502.host.reading import number
from why502.observations.frozen import frozen
from why502.observations.sockets import Connection, TcpState

ROWS = 100_000
"""Most rows of one table that are read."""

ROW_BYTES = 160
STATES = {state.value: state for state in TcpState}
TCP = re.compile(
    r" *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2})"
    r" ([0-9A-F]{8}):([0-9A-F]{8}) [0-9A-F]{2}:[0-9A-F]{8} [0-9A-F]{8} +(\d{1,10}) +\d{1,10} (\d{1,20})(?: .*)?",
    re.ASCII,
)
UNIX = re.compile(
    r"[0-9a-fA-F]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2} +(\d{1,20})(?: (.*))?", re.ASCII
)
ACCEPTING = 0x00010000
"""The flag of a listening unix socket (__SO_ACCEPTCON of include/linux/net.h)."""


@frozen
class TcpRow:
    """One row; of a listening socket, `unread` is the length of its accept queue."""

    connection: Connection
    uid: int


@frozen
class UnixRow:
    """One row with a path. `inode` 0 is a connection that nobody has accepted yet; it carries its listener's path."""

    path: str
    inode: int
    listening: bool


def address_of(digits: str) -> str:
    """Read an address as the kernel prints it, in 32-bit words of a little-endian machine; v4-mapped becomes IPv4."""
    data = b"".join(bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8))
    if len(data) == 4:  # noqa: PLR2004
        return str(IPv4Address(data))
    address = IPv6Address(data)
    return str(address.ipv4_mapped or address)


def parse_tcp(lines: Iterable[str]) -> Iterator[TcpRow]:
    """Read the rows of a TCP table; what is no row is passed over."""
    for line in lines:
        found = TCP.fullmatch(line.rstrip())
        state = STATES.get(int(found[5], 16)) if found else None
        if found is None or state is None:
            continue
        connection = Connection(
            local=address_of(found[1]),
            local_port=int(found[2], 16),
            remote=address_of(found[3]),
            remote_port=int(found[4], 16),
            state=state,
            inode=int(found[9]),
            unsent=int(found[6], 16),
            unread=int(found[7], 16),
        )
        yield TcpRow(connection=connection, uid=int(found[8]))


def parse_unix(lines: Iterable[str]) -> Iterator[UnixRow]:
    """Read the rows that have a path, which may hold blanks; abstract names begin with `@`."""
    for line in lines:
        found = UNIX.fullmatch(line)
        if found is not None and found[3]:
            yield UnixRow(path=found[3], inode=int(found[2]), listening=bool(int(found[1], 16) & ACCEPTING))


def parse_overflows(text: str) -> int | None:
    """Read ListenOverflows of `/proc/PID/net/netstat`: names on one `TcpExt:` line, numbers on the next."""
    rows = [line.split() for line in text.splitlines() if line.startswith("TcpExt:")]
    if len(rows) < 2 or "ListenOverflows" not in rows[0]:  # noqa: PLR2004
        return None
    at = rows[0].index("ListenOverflows")
    return number(rows[1][at]) if at < len(rows[1]) else None
