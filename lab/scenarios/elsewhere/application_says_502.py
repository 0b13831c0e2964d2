"""The application itself answers 502 for what it needs."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, allowed

CODE = r"""
head(conn)
conn.sendall(
    b'HTTP/1.1 502 Bad Gateway\r\n'
    b'Content-Length: 11\r\n'
    b'Content-Type: text/plain\r\n'
    b'\r\n'
    b'no database'
)
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
        allowed("application.answers-502"),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("upstream-answered-error",),
    )
