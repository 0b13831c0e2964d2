"""The head is 40 kB, more than any gateway should take."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, bench.pick(("gunicorn", "node")), does=Behaviour(header=40_000))
    nginx = s.nginx
    return Scenario(
        nginx.url(),
        allowed("application.oversized-header"),
        lambda: nginx.expect_fault("too big header"),
        failures=("header-too-big",),
    )
