"""Rules of the kernel that hand a connection on to another address than the one it was made to.

Rules of NAT are followed as a packet of this host meets them: from the hook of outgoing packets through the chains that
they jump to. What a rule demands and is not understood here counts as met, so nothing that might turn is left out.
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from why502.observations.frozen import frozen

Item = Mapping[str, Any]
"""One object of `nft -j list ruleset` (libnftables-json(5))."""

FAMILIES = {4: frozenset({"ip", "inet"}), 6: frozenset({"ip6", "inet"})}
LEGACY = {4: "ip", 6: "ip6"}
HOOKS = {"OUTPUT": "output"}
TURNS = frozenset({"dnat", "redirect", "tproxy"})
FIELDS = frozenset({"daddr", "dport"})
KEEPS = frozenset(
    """ACCEPT DROP REJECT RETURN LOG NFLOG ULOG MASQUERADE SNAT MARK CONNMARK CT NOTRACK TCPMSS CHECKSUM CLASSIFY DSCP
    ECN TOS TTL HL SET TRACE SECMARK CONNSECMARK AUDIT LED RATEEST IDLETIMER""".split()  # noqa: SIM905 - read as words
)
"""Targets of iptables that leave the destination as it is."""

ENDS = frozenset({"accept", "return", "drop", "reject"})
SILENT = frozenset({"counter", "log"})
DEEPEST = 32
VALUES = 100_000
SHOWN = 300
OPTIONS = {"-d": "daddr", "--destination": "daddr", "--dport": "dport", "--dports": "dport", "-p": "protocol"}
TAKES = re.compile(r"--?[a-zA-Z]")


@frozen
class Flow:
    """The connection that is asked for."""

    address: str
    port: int

    @property
    def version(self) -> int:
        """Return 4 or 6."""
        return ip_address(self.address).version


class Rules:
    """The chains, maps and sets of one listing."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Sort the items by what they are; raises KeyError or TypeError where they are none."""
        self.chains: dict[tuple[str, str, str], list[Item]] = {}
        self.hooked: list[tuple[str, str, str]] = []
        self.elements: dict[tuple[str, str, str], list[Any]] = {}
        for item in items:
            for kind, what in item.items():
                if kind == "chain":
                    key = (what["family"], what["table"], what["name"])
                    self.chains.setdefault(key, [])
                    if what.get("hook") == "output":
                        self.hooked.append(key)
                elif kind == "rule":
                    self.chains.setdefault((what["family"], what["table"], what["chain"]), []).append(what)
                elif kind in {"set", "map"}:
                    self.elements[what["family"], what["table"], what["name"]] = list(what.get("elem", ()))

    def turning(self, flow: Flow) -> list[str]:
        """Return the rules that may turn the flow elsewhere, as text."""
        found: dict[str, None] = {}
        met: set[tuple[str, str, str]] = set()
        for chain in self.hooked:
            if chain[0] in FAMILIES[flow.version]:
                found.update(dict.fromkeys(self._through(chain, flow, met, 0)))
        return list(found)

    def _through(
        self, chain: tuple[str, str, str], flow: Flow, met: set[tuple[str, str, str]], depth: int
    ) -> Iterator[str]:
        if chain in met or depth > DEEPEST:
            return
        met.add(chain)
        for rule in self.chains.get(chain, ()):
            expressions: list[Item] = rule.get("expr", [])
            held = [self._holds(chain, each, flow) for each in expressions]
            if False in held:
                continue
            if any(map(_turns, expressions)):
                yield text_of(chain, rule)
            for target in (name for each in expressions for name in self._targets(chain, each)):
                yield from self._through((chain[0], chain[1], target), flow, met, depth + 1)
            if None not in held and any(ENDS & each.keys() for each in expressions):
                return

    def _holds(self, chain: tuple[str, str, str], expression: Item, flow: Flow) -> bool | None:
        """Tell whether a statement lets the flow pass on to the next one; None where that is not known."""
        if "match" not in expression:
            return True if expression.keys() <= SILENT | ENDS else None
        match = expression["match"]
        same = self._equal(chain, match["left"], match["right"], flow)
        match match["op"]:
            case "==" | "in":
                return same
            case "!=":
                return None if same is None else not same
            case _:
                return None

    def _equal(self, chain: tuple[str, str, str], left: Any, right: Any, flow: Flow) -> bool | None:
        if isinstance(right, str) and right.startswith("@"):
            return self._any(chain, left, self.elements.get((chain[0], chain[1], right[1:])), flow)
        if isinstance(right, Mapping) and "set" in right:
            return self._any(chain, left, right["set"], flow)
        if isinstance(right, list):
            return self._any(chain, left, right, flow)
        if isinstance(left, Mapping) and "concat" in left:
            parts = right.get("concat") if isinstance(right, Mapping) else None
            if not isinstance(parts, list) or len(parts) != len(left["concat"]):
                return None
            pairs = zip(left["concat"], parts, strict=True)
            return _all([self._equal(chain, ours, theirs, flow) for ours, theirs in pairs])
        return _same(_value(left, flow), right)

    def _any(self, chain: tuple[str, str, str], left: Any, values: Any, flow: Flow) -> bool | None:
        """Tell whether one of a set fits."""
        if not isinstance(values, list) or len(values) > VALUES:
            return None
        found = [self._equal(chain, left, _bare(each), flow) for each in values]
        return True if True in found else None if None in found else False

    def _targets(self, chain: tuple[str, str, str], expression: Item) -> list[str]:
        """Return the chains that a statement may go to; of a map of verdicts, all of them."""
        for kind in ("jump", "goto"):
            if kind in expression:
                return [expression[kind]["target"]]
        if "vmap" not in expression:
            return []
        data = expression["vmap"]["data"]
        named = isinstance(data, str)
        pairs = self.elements.get((chain[0], chain[1], data[1:]), []) if named else data.get("set", [])
        return [name for _, verdict in pairs for name in self._targets(chain, verdict or {})]


def _all(found: Sequence[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _bare(value: Any) -> Any:
    """Take an element out of its wrapping (with a time-out, a counter), and the key out of a pair of a map."""
    if isinstance(value, Mapping) and "elem" in value:
        return value["elem"].get("val")
    return _bare(value[0]) if isinstance(value, list) and len(value) == 2 else value  # noqa: PLR2004


def _value(left: Any, flow: Flow) -> str | int | None:
    """Return what the flow has for a key; None where that is not known."""
    if not isinstance(left, Mapping):
        return None
    payload, meta = left.get("payload"), left.get("meta")
    if isinstance(payload, Mapping):
        match payload.get("protocol"), payload.get("field"):
            case ("ip" | "ip6") as protocol, "daddr":
                return flow.address if (protocol == "ip6") == (flow.version == 6) else "none"  # noqa: PLR2004
            case "tcp" | "th", "dport":
                return flow.port
            case (("udp" | "sctp" | "dccp" | "udplite"), _):
                return "none"
            case ("ip", "protocol") | ("ip6", "nexthdr"):
                return "tcp"
            case _:
                return None
    if isinstance(meta, Mapping):
        return {"l4proto": "tcp", "nfproto": f"ipv{flow.version}"}.get(meta.get("key", ""))
    return None


def _same(ours: str | int | None, theirs: Any) -> bool | None:
    if ours is None:
        return None
    if ours == "none":
        return False
    if isinstance(theirs, Mapping):
        if "prefix" in theirs:
            return _within(ours, f"{theirs['prefix']['addr']}/{theirs['prefix']['len']}")
        if "range" in theirs:
            return _between(ours, *theirs["range"])
        return None
    if isinstance(ours, int):
        return ours == theirs if isinstance(theirs, int) else None
    if not isinstance(theirs, str):
        return None
    return _within(ours, theirs) if ours[0].isdigit() or ":" in ours else ours == theirs


def _within(ours: str | int, network: str) -> bool | None:
    try:
        return ip_address(str(ours)) in ip_network(network, strict=False)
    except ValueError:
        return None


def _between(ours: str | int, first: Any, last: Any) -> bool | None:
    if isinstance(ours, int):
        return first <= ours <= last if isinstance(first, int) and isinstance(last, int) else None
    try:
        low, high, found = (int(ip_address(each)) for each in (first, last, ours))
    except ValueError:
        return None
    return low <= found <= high


def _turns(expression: Item) -> bool:
    """Tell whether a statement sets another destination, or may be one that does."""
    if TURNS & expression.keys():
        return True
    if "mangle" in expression:
        payload = expression["mangle"]["key"].get("payload")
        return payload is not None and payload.get("field", "daddr") in FIELDS
    if "xt" not in expression:
        return False
    told = expression["xt"] or {}
    return told.get("type") != "match" and told.get("name") not in KEEPS


def text_of(chain: tuple[str, str, str], rule: Item) -> str:
    """Name a rule as a person finds it again: `nft -a list chain ip nat OUTPUT`, `# handle 4`."""
    does = [each for each in rule["expr"] if _turns(each)]
    names = [(each.get("xt") or {}).get("name") or next(iter(each)) for each in does]
    handle = f" handle {rule['handle']}" if "handle" in rule else ""
    return f"{' '.join(chain)}{handle}: {', '.join(map(str, names))}"[:SHOWN]


def turned_by_nft(text: str, flow: Flow) -> list[str] | None:
    """Return the rules of `nft -j list ruleset` that may turn the flow; None where the text is no such listing."""
    try:
        return Rules(json.loads(text)["nftables"]).turning(flow)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def turned_by_legacy(text: str, flow: Flow) -> list[str]:
    """Return those of `iptables-legacy-save -t nat` (`ip6tables-…`), read as the same rules."""
    family = LEGACY[flow.version]
    lines = [_words(line) for line in text.splitlines()]
    names = [words[0][1:] for words in lines if words and words[0].startswith(":")]
    made = {"family": family, "table": "nat"}
    items: list[Item] = [{"chain": made | {"name": name, "hook": HOOKS.get(name)}} for name in names]
    items += [
        {"rule": made | {"chain": words[1], "expr": list(_expressions(words[2:], family, names))}}
        for words in lines
        if words[:1] == ["-A"] and len(words) > 1
    ]
    return Rules(items).turning(flow)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _expressions(words: list[str], family: str, chains: Sequence[str]) -> Iterator[Item]:
    """Put the options of a rule as statements; what is not read here is a match of an unknown kind."""
    negated = False
    at = 0
    while at < len(words):
        word = words[at]
        value = words[at + 1] if at + 1 < len(words) and not TAKES.match(words[at + 1]) else ""
        field = OPTIONS.get(word)
        if word in {"-j", "-g"}:
            yield _target(value, chains)
            return  # what follows are the target's own options
        if field is not None:
            yield {"match": {"op": "!=" if negated else "==", "left": _left(field, family), "right": _right(value)}}
        elif word != "!" and word.startswith("-") and word != "-m":
            yield {"xt": {"type": "match", "name": word}}
        negated = word == "!"
        at += 1


def _left(field: str, family: str) -> Item:
    if field == "protocol":
        return {"meta": {"key": "l4proto"}}
    return {"payload": {"protocol": family if field == "daddr" else "th", "field": field}}


def _right(value: str) -> Any:
    """Read an address, a protocol, a port, `first:last` of ports, or several of them."""
    if re.fullmatch(r"[0-9:,]+", value) and not re.search(r"::|:.*:.*:", value):
        ends = [each.split(":") for each in value.split(",")]
        return [
            int(each[0]) if len(each) == 1 else {"range": [int(each[0] or 0), int(each[1] or 65_535)]}
            for each in ends
            if all(part.isdigit() or not part for part in each) and any(each)
        ]
    return value


def _target(name: str, chains: Sequence[str]) -> Item:
    if name.lower() in ENDS:
        return {name.lower(): None}
    return {"jump": {"target": name}} if name in chains else {"xt": {"type": "target", "name": name}}


def turned_by_ip_vs(text: str, flow: Flow) -> list[str]:
    """Return the services of `/proc/net/ip_vs` that take the flow; one of a firewall mark may be any."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2:  # noqa: PLR2004
            continue
        if words[0] == "FWM" or (words[0] == "TCP" and _service(words[1]) == (ip_address(flow.address), flow.port)):
            found.append(f"ip_vs {' '.join(words)}"[:SHOWN])
    return found


def _service(text: str) -> tuple[Any, int] | None:
    """Read `0A600001:0050` or `[2001:0db8:…]:0050`."""
    address, _, port = text.rpartition(":")
    try:
        bare = address.strip("[]")
        return ip_address(bare if ":" in bare else int(bare, 16)), int(port, 16)
    except ValueError:
        return None
