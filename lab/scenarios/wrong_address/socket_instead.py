"""php-fpm listens on a unix socket, the gateway says a TCP port."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "php-fpm", unit=True, bind=f"/run/php/{bench.word()}.sock")
    where = f"127.0.0.1:{bench.port()}"
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(where))
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
