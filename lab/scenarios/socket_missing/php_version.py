"""The configuration names the socket of an older PHP; the present one has another number."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "php-fpm", bind="/run/php/php8.2-fpm.sock")
    where = f"/run/php/php{bench.pick(('7.4', '8.0', '8.1'))}-fpm.sock"
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(where))
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
