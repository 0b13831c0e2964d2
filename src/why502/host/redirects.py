"""Does a connection meet the sockets of its address, or is it handed on: nftables, iptables, IPVS.

Looking must change nothing, and to ask the kernel for a table may load the module of it. So nothing is asked of what is
not there already.
"""

from why502.host.reading import gap, seen, text_of
from why502.host.redirecting import Flow, turned_by_ip_vs, turned_by_legacy, turned_by_nft
from why502.host.sockets import way_in
from why502.observations.fact import EvidenceKind, Fact
from why502.observations.place import Window
from why502.observations.sockets import Redirects
from why502.observations.subjects import Endpoint
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import No, Raw, ReadOnly, Refusal
from why502.vantage.looking import Around, looker

SMALL = 4096
SERVICES = 8 << 20
LISTED = 1 << 20
LEGACY = {
    4: ("ip_tables_names", ReadOnly.LEGACY_NAT),
    6: ("ip6_tables_names", ReadOnly.LEGACY_NAT_SIX),
}
NOT_KNOWN = "whether the kernel has nftables could not be told without loading it"


@looker(Redirects)
async def redirects(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Ask all three for the rules that an Endpoint's own host would apply to a connection to it."""
    if not isinstance(want.about, Endpoint):
        return ()
    vantage, endpoint = around.vantage, want.about
    begun = await vantage.now()
    pid = await way_in(want, around, endpoint.place)
    if isinstance(pid, Gap):
        return pid
    flow = Flow(address=endpoint.address.partition("%")[0], port=endpoint.port)
    found: list[str] = []
    for rules in (
        await _ip_vs(want, around, pid, flow),
        await _legacy(want, around, pid, flow),
        await _nft(want, around, flow),
    ):
        if isinstance(rules, Gap):
            return rules
        found += rules
    at = Window(start=begun, end=await vantage.now())
    source = "nft list ruleset, iptables-legacy-save, /proc/net/ip_vs"
    says = found or [f"no rule turns {endpoint}"]
    return (
        Redirects(
            about=endpoint,
            seen=seen(__name__, at, EvidenceKind.PACKET_FILTER, source, says),
            rules=tuple(found[:20]),
        ),
    )


async def _ip_vs(want: Want[Fact], around: Around, pid: str, flow: Flow) -> list[str] | Gap:
    raw = await around.vantage.read(want.about.place.machine(), f"/proc/{pid}/net/ip_vs", SERVICES)
    if isinstance(raw, Refusal):
        return [] if raw.no is No.MISSING else gap(want, raw, around.vantage)
    return turned_by_ip_vs(text_of(raw), flow) if not raw.cut else _unread(want, "the table of IPVS is too long")


async def _legacy(want: Want[Fact], around: Around, pid: str, flow: Flow) -> list[str] | Gap:
    """Read the rules of the older iptables, where its table of NAT is in use."""
    table, command = LEGACY[flow.version]
    names = await around.vantage.read(want.about.place.machine(), f"/proc/{pid}/net/{table}", SMALL)
    if isinstance(names, Refusal):
        return [] if names.no is No.MISSING else gap(want, names, around.vantage)
    if "nat" not in text_of(names).split():
        return []
    raw = await around.vantage.run(want.about.place.network(), command)
    if isinstance(raw, Refusal):
        return gap(want, raw, around.vantage)
    return turned_by_legacy(text_of(raw), flow) if not raw.cut else _unread(want, "the rules of iptables are too many")


async def _nft(want: Want[Fact], around: Around, flow: Flow) -> list[str] | Gap:
    there = await _has_nft(want, around)
    if there is not True:
        return [] if there is False else _unread(want, NOT_KNOWN)
    raw = await around.vantage.run(want.about.place.network(), ReadOnly.NFT_RULES)
    if isinstance(raw, Refusal):
        return gap(want, raw, around.vantage)
    found = None if raw.cut else turned_by_nft(text_of(raw), flow)
    return found if found is not None else _unread(want, "the rules of nftables could not be read")


async def _has_nft(want: Want[Fact], around: Around) -> bool | None:
    """Tell whether nftables is in the kernel, as a module or built in; None where that is not known."""
    vantage, place = around.vantage, want.about.place.machine()
    if not isinstance(await vantage.stat(place, "/sys/module/nf_tables"), Refusal):
        return True
    modules = await vantage.stat(place, "/proc/modules")
    if isinstance(modules, Refusal):
        return True if modules.no is No.MISSING else None  # a kernel without modules: there is nothing to load
    release = await vantage.read(place, "/proc/sys/kernel/osrelease", SMALL)
    if isinstance(release, Refusal):
        return None
    built = await vantage.read(place, f"/lib/modules/{text_of(release).strip()}/modules.builtin", SERVICES)
    return "/nf_tables.ko" in text_of(built) if isinstance(built, Raw) and not built.cut else None


def _unread(want: Want[Fact], says: str) -> Gap:
    return Gap(want=want, why=Why.UNREADABLE, says=says, unlock="")
