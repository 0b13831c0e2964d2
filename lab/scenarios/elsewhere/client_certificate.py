"""The application demands a certificate of its client, and the gateway has none."""

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
    box.write(source, box.read(source).replace("{key:", "{requestCert: true, rejectUnauthorized: true, key:"))
    app.begin()
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(scheme="https"))
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("tls.client-certificate-required"),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("tls-failed", "reset-before-response", "closed-before-response"),
    )
