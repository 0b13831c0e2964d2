"""One header line of its answer is broken."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, allowed

CODE = r"""
head(conn)
conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX\x00Y: 1\r\n\r\nok')
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
        allowed("application.malformed-response"),
        lambda: nginx.expect_fault("invalid header"),
        failures=("invalid-response",),
    )
