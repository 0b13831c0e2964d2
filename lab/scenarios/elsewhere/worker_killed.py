"""uWSGI kills its worker after 2 s in the middle of the request."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "uwsgi-http", does=Behaviour(sleep=30.0), more="--harakiri 2", workers=3)
    nginx = s.nginx
    return Scenario(
        nginx.url(),
        allowed("application.worker-killed", "application.crashes-on-request"),
        lambda: nginx.expect_fault("prematurely closed"),
        failures=("closed-before-response",),
    )
