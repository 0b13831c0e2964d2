"""It reads the request and closes, whatever is asked."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, allowed

CODE = r"""
head(conn)
conn.close()
"""


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = raw(bench, box, CODE)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("application.crashes-on-request", "application.request-rejected"),
        lambda: nginx.expect_fault("prematurely closed"),
        failures=("closed-before-response",),
    )
