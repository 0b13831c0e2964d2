"""The gateway is in the machine's network and so is the stopped unit of this address, though a container is there."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import inner_network, stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    inner_network(bench, box)
    app = serve(bench, box, "gthread", unit=True)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        stopped_unit(app),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
