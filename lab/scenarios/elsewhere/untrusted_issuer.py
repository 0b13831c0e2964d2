"""TLS as configured, but the gateway verifies and does not know the issuer."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import certificate
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(
        bench, box, "uvicorn", tls=certificate(bench, box, "localhost", owner=(user := bench.user(box))), user=user
    )
    nginx = Nginx(bench, box)
    trust = "proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;"
    nginx.route(app.pass_line(scheme="https"), "proxy_ssl_verify on;", trust, "proxy_ssl_name localhost;")
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("tls.untrusted-issuer", "tls.chain-incomplete"),
        lambda: nginx.expect_fault("certificate verify error"),
        failures=("tls-failed",),
    )
