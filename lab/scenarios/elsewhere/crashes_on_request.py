"""The worker dies on each such request."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", does=Behaviour(die=True))
    nginx = s.nginx
    return Scenario(
        nginx.url(),
        allowed("application.crashes-on-request"),
        lambda: nginx.expect_fault("prematurely closed"),
        failures=("closed-before-response", "reset-before-response"),
    )
