"""node serves TLS, the route says http."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import certificate
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "node", tls=certificate(bench, box, owner=(user := bench.user(box))), user=user)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view("tls.plain-to-tls-port", evidence=(("probe",),), subject=(app.bind,)),
            user=view("tls.plain-to-tls-port", evidence=(("probe",),), subject=(app.bind,)),
        ),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("closed-before-response", "reset-before-response", "invalid-response"),
    )
