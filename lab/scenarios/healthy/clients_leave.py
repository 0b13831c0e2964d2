"""Clients left before a slow answer; the gateway notes 499."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, sound
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    s = site(bench, "node", does=Behaviour(sleep=1.0, on="slow"))
    box, nginx = s.box, s.nginx
    for _ in range(5):
        nginx.ask(f"{nginx.prefix}/slow", seconds=0.3)
    until("the log has them", lambda: "499" in box.read(nginx.access_path))
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
