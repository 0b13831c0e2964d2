"""The application closes in the middle of its header, whatever is asked."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, allowed

CODE = r"""
head(conn)
conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Trace: 17')
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
        allowed("application.crashes-on-request", "application.malformed-response"),
        lambda: nginx.expect_fault("prematurely closed"),
        failures=("closed-before-response",),
    )
