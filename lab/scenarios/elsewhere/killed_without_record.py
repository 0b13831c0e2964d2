"""The worker ends by signal 9 on each such request, and gunicorn wonders about memory; the kernel has no record."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", does=Behaviour(killed=True, on="/list"))
    nginx = s.nginx
    return Scenario(
        nginx.url(),
        allowed("application.crashes-on-request"),
        lambda: nginx.expect_fault("prematurely closed"),
        failures=("closed-before-response", "reset-before-response"),
    )
