"""The gateway has a network of its own, the application is in the machine's."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import inner_network
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    pid, address = inner_network(bench, box)
    app = serve(bench, box, "gunicorn")
    nginx = Nginx(bench, box, netns_pid=pid)
    nginx.at(address)
    nginx.route(app.pass_line(f"127.0.0.1:{app.port}"))
    nginx.start()
    bench.expect("the application answers in its place", box.ask("127.0.0.1", app.port).status == 200)
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "gateway.own-localhost",
                chain="network.nothing-listening",
                evidence=(("socket-table", "process"),),
                subject=(f"127.0.0.1:{app.port}",),
            ),
            user=view(
                ("gateway.own-localhost", "network.nothing-listening"),
                proven=False,
                chain="gateway.own-localhost network.nothing-listening",
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
