"""A unit is still preparing its start and does not listen yet."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, allowed
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(
        bench,
        box,
        "gunicorn",
        unit=True,
        start=False,
        unit_lines=("ExecStartPre=/bin/sleep 600", "TimeoutStartSec=900"),
    )
    box.run(["systemctl", "start", "--no-block", app.unit])
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    until("it is starting", lambda: "activating" in box.run(["systemctl", "is-active", app.unit], check=False).stdout)
    return Scenario(
        nginx.url(),
        allowed("application.starting", "network.nothing-listening"),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
