"""gunicorn's socket has another name than the one in the configuration."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    folder = f"/run/{bench.word()}"
    app = serve(bench, box, "gunicorn", unit=True, bind=f"{folder}/{bench.word()}.sock")
    where = f"{folder}/{bench.word()}.sock"
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(where))
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
