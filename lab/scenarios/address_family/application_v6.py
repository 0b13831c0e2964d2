"""The application is on ::1 only, the gateway says 127.0.0.1."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    port = bench.port()
    app = serve(bench, box, bench.pick(("uvicorn", "node")), bind=f"[::1]:{port}")
    where = f"127.0.0.1:{port}"
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
