"""Two applications listen elsewhere and nothing says which one is meant: it cannot be proven."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    for kind in ("node", "uvicorn"):
        serve(bench, box, kind)
    where = f"127.0.0.1:{bench.port()}"
    nginx = Nginx(bench, box)
    nginx.route(f"proxy_pass http://{where};")
    nginx.start()
    either = view(
        ("network.nothing-listening", "gateway.wrong-address"), proven=False, chain="network.nothing-listening"
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
