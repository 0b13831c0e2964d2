"""A stopped and a failed unit that no route uses."""

from lab.servers import serve
from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "gthread", systemd=True)
    box, nginx = s.box, s.nginx
    for how in ("stop", "kill --signal=KILL"):
        other = serve(bench, box, "node", unit=True)
        box.run(f"systemctl {how} {other.unit}")
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
