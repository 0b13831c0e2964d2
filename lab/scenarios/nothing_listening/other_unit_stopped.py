"""Nothing uses the port; a stopped unit on the machine belongs to another port."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    where = f"127.0.0.1:{bench.port()}"
    other = serve(bench, box, "node", unit=True)
    other.stop()
    nginx = Nginx(bench, box)
    nginx.route(f"proxy_pass http://{where};")
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view("network.nothing-listening", evidence=(("socket-table",),), subject=(where,)),
            user=view("network.nothing-listening", evidence=(("socket-table", "probe"),), subject=(where,)),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
