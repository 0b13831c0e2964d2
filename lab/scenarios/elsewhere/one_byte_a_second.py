"""The header comes one byte a second, so no time-out of the gateway ends it."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, View, views

CODE = r"""
head(conn)
text = b'HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Length: 2\r\nX-Filler: ' + b'f' * 60 + b'\r\n\r\nok'
for byte in text:
    conn.sendall(bytes([byte]))
    time.sleep(1)
"""


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = raw(bench, box, CODE)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    return Scenario(
        nginx.url(),
        views(root=View(), user=View()),
        lambda: bench.expect("no answer", nginx.ask(seconds=2).error == "TimeoutError"),
        failures=(),
    )
