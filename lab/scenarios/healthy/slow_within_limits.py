"""The application needs 1.5 s, the gateway waits 10."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "uvicorn", does=Behaviour(sleep=1.5), lines=("proxy_read_timeout 10s;",))
    nginx = s.nginx
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
