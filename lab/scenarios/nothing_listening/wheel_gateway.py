"""The same with a newer nginx from elsewhere, by FastCGI."""

from lab.nginx import Nginx
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    where = f"127.0.0.1:{bench.port()}"
    nginx = Nginx(bench, box, wheel=True)
    nginx.route(f"include /etc/nginx/fastcgi_params; fastcgi_pass {where};")
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view("network.nothing-listening", evidence=(("socket-table",),), subject=(where,)),
            user=view("network.nothing-listening", evidence=(("socket-table", "probe"),), subject=(where,)),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
