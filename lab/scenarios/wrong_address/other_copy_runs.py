"""Two copies of one application run by hand; the one that the gateway names has ended, the other goes on."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    nginx = Nginx(bench, box)
    nginx.prefix = f"/{bench.word()}-{bench.word()}"
    does = Behaviour(knows=nginx.prefix)
    app, _ = (serve(bench, box, "node", does=does) for _ in range(2))
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    either = view(
        ("network.nothing-listening", "application.not-running", "gateway.wrong-address"),
        proven=False,
        chain="network.nothing-listening",
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
