"""A packet filter drops what goes to the application's port; the gateway waits its 60 s."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "node", systemd=True)
    box, app, nginx = s.box, s.app, s.nginx
    box.run(f"iptables -A INPUT -p tcp --dport {app.port} -j DROP")
    return Scenario(
        nginx.url(),
        allowed("firewall.dropped"),
        lambda: bench.expect("no answer", box.ask("127.0.0.1", app.port, seconds=1.5).error == "TimeoutError"),
        failures=("connect-timeout", "response-timeout"),
    )
