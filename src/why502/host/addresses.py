"""Which addresses are a namespace's own: `/proc/PID/net/fib_trie` and `/proc/PID/net/if_inet6`."""

import re
from ipaddress import IPv6Address

from why502.host.reading import gap, seen, text_of
from why502.host.sockets import way_in
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.sockets import OwnAddresses
from why502.observations.subjects import Machine
from why502.observations.want import Gap, Want
from why502.vantage.base import Raw, Refusal
from why502.vantage.looking import Around, looker

MOST = 4 << 20
LOCAL = re.compile(r"\|-- (\d{1,3}(?:\.\d{1,3}){3})\n\s+/32 host LOCAL")


def parse_fib_trie(text: str) -> tuple[str, ...]:
    """Return the IPv4 addresses that the local table holds as hosts."""
    return tuple(dict.fromkeys(LOCAL.findall(text)))


def parse_if_inet6(text: str) -> tuple[str, ...]:
    """Return the IPv6 addresses, one a line as 32 hex digits."""
    rows = (line.split() for line in text.splitlines())
    return tuple(str(IPv6Address(int(row[0], 16))) for row in rows if row and re.fullmatch(r"[0-9a-f]{32}", row[0]))


@looker(OwnAddresses)
async def own_addresses(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read both tables of the namespace."""
    if not isinstance(want.about, Machine):
        return ()
    pid = await way_in(want, around, want.about.place)
    if isinstance(pid, Gap):
        return pid
    place = want.about.place.machine()
    four = await around.vantage.read(place, f"/proc/{pid}/net/fib_trie", MOST)
    six = await around.vantage.read(place, f"/proc/{pid}/net/if_inet6", MOST)
    if isinstance(four, Refusal):
        return gap(want, four, around.vantage)
    found = parse_fib_trie(text_of(four)) + (parse_if_inet6(text_of(six)) if isinstance(six, Raw) else ())
    record = seen(__name__, four.at, EvidenceKind.ROUTE, f"/proc/{pid}/net/fib_trie", found)
    return (OwnAddresses(about=want.about, seen=record, addresses=found),)
