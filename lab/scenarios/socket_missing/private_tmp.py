"""The unit has a /tmp of its own, so its socket is not the one that the gateway looks for."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    where = f"/tmp/{bench.word()}.sock"
    app = serve(bench, box, "gunicorn", unit=True, bind=where, unit_lines=("PrivateTmp=yes",), start=False)
    box.run(["systemctl", "start", app.unit])
    until("it listens", lambda: "Listening at" in box.run(["journalctl", "-u", app.unit]).stdout)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view("gateway.socket-missing", evidence=(("file",),), subject=(where,)),
            user=view("gateway.socket-missing", evidence=(("file",),), subject=(where,)),
        ),
        lambda: nginx.expect_fault("No such file or directory"),
        failures=("connect-no-socket",),
    )
