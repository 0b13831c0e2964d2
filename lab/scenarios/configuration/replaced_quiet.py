"""The running gateway asks an application that hangs up; the file names a stopped one, and was never loaded.

Its only worker was replaced after the edit, and its log tells nothing below `crit`.
"""

import signal

from lab.nginx import Nginx
from lab.servers import raw, serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    running = raw(bench, box, "head(conn)\nconn.close()")
    written = serve(bench, box, bench.pick(("gunicorn", "uvicorn", "node")), unit=True)
    written.stop()
    nginx = Nginx(bench, box)
    nginx.workers, nginx.level = "1", "crit"
    nginx.route(running.pass_line())
    nginx.start()
    nginx.edit(running.bind, written.bind)
    nginx.replaced(bench.pick((signal.SIGKILL, signal.SIGTERM)))
    cause = "application.crashes-on-request"
    place = view((), proven=False, chain=cause)
    return Scenario(
        nginx.url(),
        views(root=place, user=place),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("closed-before-response", "unknown"),
    )
