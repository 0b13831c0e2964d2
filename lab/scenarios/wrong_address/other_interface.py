"""gunicorn listens on the machine's own address only, the gateway says 127.0.0.1."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    port = bench.port()
    app = serve(bench, box, "gunicorn", unit=True, bind=f"{bench.address(box)}:{port}")
    where = f"127.0.0.1:{port}"
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(where))
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                ("gateway.wrong-address", "network.wrong-interface"),
                chain="network.nothing-listening",
                evidence=(("socket-table",), ("config",)),
                subject=(where, nginx.host),
            ),
            user=view(
                ("gateway.wrong-address", "network.wrong-interface", "network.nothing-listening"),
                proven=False,
                chain="gateway.wrong-address network.wrong-interface network.nothing-listening",
                subject=(where, nginx.host),
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
