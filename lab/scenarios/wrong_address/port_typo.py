"""gunicorn listens on one port, the gateway names another."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gunicorn", unit=True)
    where = f"127.0.0.1:{bench.port()}"
    nginx = Nginx(bench, box)
    group = nginx.upstream(f"server {where};", name=app.name)
    nginx.route(f"proxy_pass http://{group};")
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "gateway.wrong-address",
                chain="network.nothing-listening",
                evidence=(("socket-table",), ("config",)),
                subject=(where, nginx.host),
            ),
            user=view(
                ("gateway.wrong-address", "network.nothing-listening"),
                proven=False,
                chain="gateway.wrong-address network.nothing-listening",
                subject=(where, nginx.host),
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
