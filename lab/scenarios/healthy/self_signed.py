"""The application's certificate is by nobody known, and the gateway does not verify."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import certificate
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "gunicorn", tls=certificate(bench, box, owner=(user := bench.user(box))), user=user)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(scheme="https"), "proxy_ssl_verify off;")
    nginx.start()
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
