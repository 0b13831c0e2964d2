"""No application made such a socket, by uWSGI's protocol."""

from lab.nginx import Nginx
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    where = f"/run/{bench.word()}/{bench.word()}.sock"
    nginx = Nginx(bench, box, wheel=True)
    nginx.route(f"include /etc/nginx/uwsgi_params; uwsgi_pass unix:{where};")
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view("gateway.socket-missing", evidence=(("file",),), subject=(where,)),
            user=view("gateway.socket-missing", evidence=(("file",),), subject=(where,)),
        ),
        lambda: nginx.expect_fault("No such file or directory"),
        failures=("connect-no-socket",),
    )
