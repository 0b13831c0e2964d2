"""Which addresses does a name have? Asked of the system's resolver, of each name server it uses, and of /etc/hosts."""

import ipaddress

from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.place import Window
from why502.observations.probes import NameAnswer
from why502.observations.subjects import Name
from why502.observations.want import Cost, Gap, Want
from why502.probes.attempt import not_covered, span, taken
from why502.probes.http1 import shown
from why502.vantage.base import No, Raw, Refusal, Resolved, Vantage
from why502.vantage.looking import Around, looker, refused

SYSTEM = "system"
HOSTS = "hosts"
HOSTS_FILE = "/etc/hosts"
SERVERS_FILE = "/etc/resolv.conf"
FILE_BYTES = 1 << 20
SERVERS = 3
"""The C library asks no more name servers than this (MAXNS of resolv.h)."""

TIMEOUT = "TIMEOUT"
FAILED = "FAILED"
_NOT_ASKED = frozenset({No.NO_WAY_IN, No.NO_TOOL, No.DENIED})


def servers_of(text: str) -> tuple[str, ...]:
    """Read the name servers of a resolv.conf (resolv.conf(5)): without any, the one on this host is asked."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver" and _is_address(words[1]):
            found.append(words[1])
    return tuple(dict.fromkeys(found[:SERVERS])) or ("127.0.0.1",)


def hosts_of(text: str, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a name's addresses in a hosts file (hosts(5)), and the lines that give them."""
    addresses, lines = [], []
    wanted = name.rstrip(".").lower()
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) > 1 and _is_address(words[0]) and wanted in (word.lower() for word in words[1:]):
            addresses.append(words[0])
            lines.append(line.strip())
    return tuple(dict.fromkeys(addresses)), tuple(lines)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@looker(NameAnswer, cost=Cost.PACKET)
async def resolving(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Resolve a Name in its place; one fact for each that was asked, `hosts` only where it has the name."""
    about, vantage = want.about, around.vantage
    if not isinstance(about, Name) or _is_address(about.name):
        return ()
    if (blind := not_covered(want, vantage)) is not None:
        return blind
    by_system = await vantage.resolve(about.place, about.name)
    if isinstance(by_system, Refusal) and by_system.no in _NOT_ASKED:
        return refused(want, f"resolve {about}", by_system, vantage)
    facts = [_answer(about, SYSTEM, by_system)]
    hosts = await _hosts(about, vantage)
    facts += [] if hosts is None else [hosts]
    listed = await vantage.read(about.place, SERVERS_FILE, FILE_BYTES)
    for server in servers_of(_text(listed)) if isinstance(listed, Raw) else ():
        said = await vantage.resolve(about.place, about.name, server)
        if not (isinstance(said, Refusal) and said.no in _NOT_ASKED):
            facts.append(_answer(about, server, said))
    return tuple(facts)


async def _hosts(about: Name, vantage: Vantage) -> NameAnswer | None:
    raw = await vantage.read(about.place, HOSTS_FILE, FILE_BYTES)
    if not isinstance(raw, Raw):
        return None
    addresses, lines = hosts_of(_text(raw), about.name)
    if not addresses:
        return None
    text = "\n".join(shown(line.encode()) for line in lines[:20])
    return NameAnswer(
        about=about,
        seen=Seen(
            at=raw.at, by=__name__.removeprefix("why502."), kind=EvidenceKind.FILE, source=HOSTS_FILE, raw=text[:2000]
        ),
        since=raw.changed,
        server=HOSTS,
        addresses=addresses,
        code="NOERROR",
        seconds=0.0,
    )


def _text(raw: Raw) -> str:
    return raw.data.decode("utf-8", "replace")


def _answer(about: Name, server: str, said: Resolved | Refusal) -> NameAnswer:
    if isinstance(said, Resolved):
        addresses, code, seconds, more = said.addresses, said.code, said.seconds, ""
    else:
        code = TIMEOUT if said.no is No.TIMED_OUT else FAILED
        addresses, seconds, more = (), span(said.at), f" ({shown(said.text.encode())})" if said.text else ""
    asked = "the system's resolver" if server == SYSTEM else f"name server {server}"
    found = ", ".join(addresses) or code
    return NameAnswer(
        about=about,
        seen=_seen(said.at, asked, f"{shown(about.name.encode())} by {asked}: {found}{more} in {taken(seconds)}"),
        server=server,
        addresses=addresses,
        code=code,
        seconds=seconds,
    )


def _seen(at: Window, source: str, raw: str) -> Seen:
    return Seen(at=at, by=__name__.removeprefix("why502."), kind=EvidenceKind.RESOLVER, source=source, raw=raw[:2000])
