"""The application speaks TLS 1.3 only, the gateway was told 1.2 only."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import certificate
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(
        bench, box, "node", tls=certificate(bench, box, owner=(user := bench.user(box))), user=user, start=False
    )
    source = f"{app.folder}/server.js"
    box.write(source, box.read(source).replace("{key:", "{minVersion: 'TLSv1.3', key:"))
    app.begin()
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(scheme="https"), "proxy_ssl_protocols TLSv1.2;")
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("tls.version-mismatch"),
        lambda: nginx.expect_fault("SSL_do_handshake() failed"),
        failures=("tls-failed",),
    )
