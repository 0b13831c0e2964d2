"""The observer is in the gateway's container too: the application is out of sight, only its absence is provable."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    outer = bench.box()
    bench.wire(box, outer)
    app = serve(bench, outer, "gunicorn")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    first = ("network.nothing-listening", "gateway.own-localhost")
    return Scenario(
        nginx.url(),
        views(
            root=view(first, chain="network.nothing-listening", proven=False),
            user=view(first, chain="network.nothing-listening", proven=False),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
