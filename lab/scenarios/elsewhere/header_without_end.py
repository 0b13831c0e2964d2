"""The application never ends its header."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, allowed

CODE = r"""
head(conn)
conn.sendall(b'HTTP/1.1 200 OK\r\n')
while True:
    conn.sendall(b'X-More: more\r\n' * 100)
"""


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = raw(bench, box, CODE)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    return Scenario(
        nginx.url(),
        allowed("application.oversized-header", "application.malformed-response"),
        lambda: nginx.expect_fault("too big header"),
        failures=("header-too-big",),
    )
