"""The application on [::1] ran by hand and has ended; an unrelated one has the same port on 127.0.0.1."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    other = serve(bench, box, "gunicorn")
    app = serve(bench, box, "node", bind=f"[::1]:{other.port}")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    either = view(
        ("network.nothing-listening", "application.not-running", "network.address-family"),
        proven=False,
        chain="network.nothing-listening",
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
