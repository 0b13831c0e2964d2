"""The gateway was told to wait 2 s; the application always needs 3."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", does=Behaviour(sleep=3.0), lines=("proxy_read_timeout 2s;",), workers=6)
    nginx = s.nginx
    return Scenario(
        nginx.url(),
        allowed("gateway.timeout-too-short"),
        lambda: nginx.expect_fault("upstream timed out", 504),
        failures=("response-timeout",),
    )
