"""The unit has a /tmp of its own and is stopped: its socket was never where the gateway looks."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    bind = f"/tmp/{bench.word()}.sock"
    app = serve(bench, box, "gunicorn", bind=bind, unit=True, unit_lines=("PrivateTmp=yes",), start=False)
    box.run(["systemctl", "start", app.unit])
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 502)
    box.run(["systemctl", "stop", app.unit])
    either = view(("gateway.socket-missing", "application.not-running"), proven=False, chain="gateway.socket-missing")
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("No such file"),
        failures=("connect-no-socket",),
    )
