"""The gateway names [::1], gunicorn is on 127.0.0.1."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "gunicorn")
    where = f"[::1]:{app.port}"
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(where))
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "network.address-family",
                chain="network.nothing-listening",
                evidence=(("socket-table", "probe"),),
                subject=(where,),
            ),
            user=view(
                "network.address-family",
                chain="network.nothing-listening",
                evidence=(("socket-table", "probe"),),
                subject=(where,),
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
