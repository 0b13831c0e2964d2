"""The application moved and the configuration was edited, not loaded; then the only worker was replaced."""

import signal

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=bench.rng.random() < 0.5)
    kind = bench.pick(("gunicorn", "uvicorn", "node"))
    before = serve(bench, box, kind)
    after = serve(bench, box, kind)
    nginx = Nginx(bench, box)
    nginx.workers = "1"
    nginx.route(before.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    before.stop()
    nginx.edit(before.bind, after.bind)
    nginx.replaced(bench.pick((signal.SIGKILL, signal.SIGTERM)))
    chain = "network.nothing-listening gateway.wrong-address gateway.configuration-not-loaded"
    first = tuple(chain.split())
    return Scenario(
        nginx.url(),
        views(
            root=view(first, proven=False, chain=chain, subject=(before.bind,)),
            user=view((), proven=False, chain=chain),
        ),
        lambda: nginx.expect_fault(before.bind),
        failures=("connect-refused", "unknown"),
    )
