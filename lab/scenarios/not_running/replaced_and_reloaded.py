"""A retired unit, the application run by hand in its place has ended, and the gateway was reloaded since."""

import time

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    retired = serve(bench, box, "gunicorn", unit=True)
    retired.stop()
    stopped = time.monotonic()
    app = serve(bench, box, "node", bind=retired.bind)
    nginx = Nginx(bench, box, log_format="combined")
    nginx.route(app.pass_line())
    nginx.start()
    until("a later second than that of the stop", lambda: time.monotonic() - stopped > 5)
    bench.expect_status(nginx.ask(), 200)
    answered = time.monotonic()
    app.stop()
    until("a later second than that of the answer", lambda: time.monotonic() - answered > 3)
    nginx.reload()
    either = view(
        ("network.nothing-listening", "application.not-running"), proven=False, chain="network.nothing-listening"
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
