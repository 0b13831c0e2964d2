import asyncio
import json
import os
import subprocess
from datetime import UTC, datetime

import pytest

from tests.stands.apart import Apart
from tests.vantages import HERE, NOW, Hand, Paper
from why502.host.processes import processes
from why502.host.redirects import redirects
from why502.observations.place import Place, Window
from why502.observations.sockets import Redirects
from why502.observations.subjects import Endpoint
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import Entry, No, Raw, ReadOnly, Refusal, Vantage
from why502.vantage.commands import binary
from why502.vantage.local import Local

NET = "/proc/self/net"
EMPTY = '{"nftables": []}'
RULES = json.dumps(
    {
        "nftables": [
            {"chain": {"family": "ip", "table": "t", "name": "out", "hook": "output"}},
            {"rule": {"family": "ip", "table": "t", "chain": "out", "expr": [{"redirect": {"port": 9}}]}},
        ]
    }
)
LEGACY = "*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 99\nCOMMIT\n"


def entry(path: str) -> Entry:
    return Entry(
        path=path, kind="dir", mode=0o755, uid=0, gid=0, size=0, inode=1, mtime=NOW, ctime=NOW, target=None,
        at=Window.instant(NOW),
    )  # fmt: skip


MODULE = {"/sys/module/nf_tables": entry("/sys/module/nf_tables")}
MODULES = {"/proc/modules": entry("/proc/modules")}


def look(vantage: Vantage, address: str = "127.0.0.1", place: Place = HERE, port: int = 80) -> Redirects | Gap:
    to = Endpoint(place=place.network(), address=address, port=port)
    found = asyncio.run(redirects.look(Want(kind=Redirects, about=to), Hand(vantage, [processes])))
    if isinstance(found, Gap):
        return found
    assert len(found) == 1
    assert isinstance(found[0], Redirects)
    return found[0]


def rules(vantage: Vantage, address: str = "127.0.0.1") -> int:
    found = look(vantage, address)
    assert isinstance(found, Redirects), found
    return len(found.rules)


def why(vantage: Vantage) -> Why:
    found = look(vantage)
    assert isinstance(found, Gap), found
    return found.why


def test_rules_of_nftables_are_read_where_it_is_in_the_kernel() -> None:
    assert rules(Paper(runs={ReadOnly.NFT_RULES: RULES}, entries=MODULE)) == 1
    assert rules(Paper(runs={ReadOnly.NFT_RULES: EMPTY}, entries=MODULE)) == 0
    assert rules(Paper(runs={ReadOnly.NFT_RULES: RULES})) == 1, "a kernel without modules has nothing to load"


@pytest.mark.parametrize(("built", "asked"), [("kernel/net/netfilter/nf_tables.ko\n", True), ("kernel/x.ko\n", False)])
def test_a_module_that_is_not_there_is_not_loaded(built: str, asked: bool) -> None:
    files: dict[str, bytes | str | No] = {
        "/proc/sys/kernel/osrelease": "6.1.0\n",
        "/lib/modules/6.1.0/modules.builtin": built,
    }
    paper = Paper(files=files, runs={ReadOnly.NFT_RULES: EMPTY}, entries=MODULES)
    assert rules(paper) == 0
    assert (("run", "NFT_RULES") in paper.asked) is asked


def test_where_that_is_not_known_nothing_is_asked() -> None:
    paper = Paper(runs={ReadOnly.NFT_RULES: EMPTY}, entries=MODULES)
    assert why(paper) is Why.UNREADABLE
    assert ("run", "NFT_RULES") not in paper.asked


def test_the_older_iptables_are_asked_where_their_table_is_in_use() -> None:
    runs: dict[ReadOnly, bytes | str | Refusal] = {ReadOnly.NFT_RULES: EMPTY, ReadOnly.LEGACY_NAT: LEGACY}
    used, other = (
        Paper({f"{NET}/ip_tables_names": "nat\n"}, runs=runs),
        Paper({f"{NET}/ip_tables_names": "filter\n"}, runs=runs),
    )
    assert [rules(used), rules(other), rules(Paper(runs=runs))] == [1, 0, 0]
    assert ("run", "LEGACY_NAT") not in other.asked
    assert rules(used, "::1") == 0
    six = Paper({f"{NET}/ip6_tables_names": "nat\n"}, runs={**runs, ReadOnly.LEGACY_NAT_SIX: LEGACY})
    assert [rules(six, "::1"), rules(six)] == [1, 0]


def test_services_of_ip_vs_count() -> None:
    paper = Paper({f"{NET}/ip_vs": "TCP  0A600001:0050 rr\n"}, runs={ReadOnly.NFT_RULES: EMPTY})
    assert [rules(paper, "10.96.0.1"), rules(paper, "10.96.0.2")] == [1, 0]


def test_what_may_not_be_read_is_a_gap() -> None:
    denied = Refusal(no=No.DENIED, at=Window.instant(NOW), text="Operation not permitted")
    assert why(Paper(runs={ReadOnly.NFT_RULES: denied})) is Why.NO_PERMISSION
    assert why(Paper()) is Why.NO_TOOL
    assert why(Paper(runs={ReadOnly.NFT_RULES: "no listing"})) is Why.UNREADABLE
    nft: dict[ReadOnly, bytes | str | Refusal] = {ReadOnly.NFT_RULES: EMPTY}
    assert why(Paper({f"{NET}/ip_tables_names": No.DENIED}, runs=nft)) is Why.NO_PERMISSION
    assert why(Paper({f"{NET}/ip_tables_names": "nat\n"}, runs=nft)) is Why.NO_TOOL
    assert why(Paper({f"{NET}/ip_vs": No.DENIED}, runs=nft)) is Why.NO_PERMISSION


def test_what_was_cut_off_is_a_gap() -> None:
    class Cut(Paper):
        async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
            return Raw(data=EMPTY.encode(), at=Window.instant(NOW), source="nft", cut=True)

    assert why(Cut()) is Why.UNREADABLE


@pytest.mark.skipif(os.geteuid() != 0 or binary("nft") is None, reason="needs root and nft")
def test_real_rules_of_another_network() -> None:
    with Apart(net=True) as apart:
        local = Local()
        there = Place(host=local.here().host, net=apart.inode("net"), mnt=local.here().mnt)
        before = look(local, place=there)
        assert isinstance(before, Redirects), before
        assert before.rules == ()
        for words in (
            ("add", "table", "ip", "t"),
            ("add", "chain", "ip", "t", "out", "{ type nat hook output priority -100; }"),
            ("add", "rule", "ip", "t", "out", "tcp", "dport", "80", "redirect", "to", ":81"),
        ):
            subprocess.run(["nsenter", "-t", str(apart.pid), "-n", "nft", *words], check=True)
        found = look(local, place=there)
        assert isinstance(found, Redirects)
        assert len(found.rules) == 1
        assert found.seen.at.start <= datetime.now(UTC)
        other = look(local, place=there, port=82)
        assert isinstance(other, Redirects)
        assert other.rules == ()
