"""The stopped unit has a network of its own: started, it would not listen where the gateway connects."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "node", unit=True, unit_lines=("PrivateNetwork=yes",), start=False)
    box.run(["systemctl", "start", app.unit])
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 502)
    box.run(["systemctl", "stop", app.unit])
    either = view(
        ("network.nothing-listening", "application.not-running", "gateway.own-localhost"),
        proven=False,
        chain="network.nothing-listening",
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
