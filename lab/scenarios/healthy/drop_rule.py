"""A packet filter drops what has nothing to do with it."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "node")
    box, nginx = s.box, s.nginx
    box.run(f"iptables -A INPUT -p tcp --dport {bench.port()} -j DROP")
    box.run("nft add table inet guard")
    box.run(["nft", "add chain inet guard input { type filter hook input priority 5; }"])
    box.run("nft add rule inet guard input ip saddr 192.0.2.0/24 counter drop")
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
