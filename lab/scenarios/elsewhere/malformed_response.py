"""It answers with something that is no HTTP."""

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Scenario, allowed

CODE = r"""
head(conn)
conn.sendall(b'<xml>no head</xml>' * 9 + b'\x00\n')
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
        lambda: bench.expect("no sound answer", nginx.ask().status != 200),
        failures=("invalid-response", "closed-before-response"),
    )
