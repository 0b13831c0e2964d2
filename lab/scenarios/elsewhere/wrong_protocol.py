"""The gateway speaks FastCGI to an HTTP server."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "node")
    nginx = Nginx(bench, box)
    nginx.route(f"include /etc/nginx/fastcgi_params; fastcgi_pass {app.bind};")
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("gateway.wrong-protocol"),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("invalid-response", "closed-before-response", "reset-before-response"),
    )
