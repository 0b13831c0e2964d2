"""A buffer that was too small was made larger in the file, and not loaded; then the only worker was replaced."""

import signal

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    lines = ("proxy_buffer_size 8k;", "proxy_buffers 8 8k;")
    s = site(bench, "node", does=Behaviour(header=12000), lines=lines, start=False)
    nginx = s.nginx
    nginx.workers, nginx.level = "1", bench.pick(("error", "notice"))
    nginx.start()
    nginx.edit("8k", "32k")
    nginx.replaced(bench.pick((signal.SIGKILL, signal.SIGTERM)))
    chain = "gateway.buffer-too-small gateway.configuration-not-loaded"
    root = view(tuple(chain.split()), proven=False, chain=chain, forbidden="application.oversized-header")
    return Scenario(
        nginx.url(),
        views(root=root, user=view((), proven=False, chain=chain)),
        lambda: nginx.expect_fault("too big header"),
        failures=("header-too-big", "unknown"),
    )
