"""The upstream is a name in a variable and no resolver is configured."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "gunicorn")
    name = bench.word()
    bench.name_it(name, "127.0.0.1", box)
    nginx = Nginx(bench, box)
    nginx.location(nginx.prefix, f"set $there {name};", f"proxy_pass http://$there:{app.port};")
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("dns.no-resolver"),
        lambda: nginx.expect_fault("no resolver defined"),
        failures=("resolve-failed",),
    )
