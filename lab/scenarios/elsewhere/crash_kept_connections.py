"""The same with kept connections configured: fresh ones fail too, so it is no idle race."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gthread", unit=True, does=Behaviour(die=True, on="/list"), keep=2.0)
    nginx = Nginx(bench, box)
    group = nginx.upstream(f"server {app.bind};", "keepalive 8;")
    nginx.route(f"proxy_pass http://{group};", "proxy_http_version 1.1;", 'proxy_set_header Connection "";')
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("application.crashes-on-request"),
        lambda: nginx.expect_fault("prematurely closed"),
        failures=("closed-before-response", "reset-before-response"),
    )
