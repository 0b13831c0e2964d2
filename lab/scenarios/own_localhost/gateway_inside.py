"""The gateway has a network of its own, the application is in the machine's and knows this route alone."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import inner_network
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    pid, address = inner_network(bench, box)
    nginx = Nginx(bench, box, netns_pid=pid)
    nginx.prefix = f"/{bench.word()}-{bench.word()}"
    app = serve(bench, box, "gunicorn", does=Behaviour(knows=nginx.prefix))
    nginx.at(address)
    nginx.route(app.pass_line(f"127.0.0.1:{app.port}"))
    nginx.start()
    bench.expect("the application answers in its place", box.ask("127.0.0.1", app.port, nginx.prefix).status == 200)
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
