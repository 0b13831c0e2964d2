"""The same with workers as they were: the file was edited, never loaded, and the log tells nothing below `crit`."""

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
    nginx.level = "crit"
    nginx.route(running.pass_line())
    nginx.start()
    nginx.edit(running.bind, written.bind)
    place = view((), proven=False, chain="application.crashes-on-request")
    return Scenario(
        nginx.url(),
        views(root=place, user=place),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("closed-before-response", "unknown"),
    )
