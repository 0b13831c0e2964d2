"""The second resolver of the machine does not answer; the upstream is an address."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "uvicorn")
    box, nginx = s.box, s.nginx
    box.write("/etc/resolv.conf", "nameserver 127.0.0.1\nnameserver 192.0.2.53\noptions timeout:1 attempts:1\n")
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
