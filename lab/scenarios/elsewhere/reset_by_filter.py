"""A packet filter answers with a reset while the application listens."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn")
    box, app, nginx = s.box, s.app, s.nginx
    box.run("nft add table inet filter")
    box.run(["nft", "add chain inet filter output { type filter hook output priority 0; }"])
    box.run(f"nft add rule inet filter output tcp dport {app.port} counter reject with tcp reset")
    return Scenario(
        nginx.url(),
        allowed("firewall.rejected"),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
