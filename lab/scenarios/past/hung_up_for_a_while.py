"""The application hung up on a few requests a while ago, each after a quiet spell, and answers soundly now.

It keeps idle connections for 1 s, the gateway for longer: that is chance, each of them came on a fresh connection.
"""

import time

from lab.nginx import Nginx
from lab.servers import raw
from lab.stand import Bench
from lab.truth import Place, Scenario, View, view

BODY = """import os
conn.settimeout(1.0)
while True:
    try:
        head(conn)
    except TimeoutError:
        return conn.close()
    if os.path.exists({gate!r}):
        return conn.close()
    conn.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    gate = f"/var/lib/{bench.word()}.db"
    app = raw(bench, box, BODY.format(gate=gate))
    nginx = Nginx(bench, box)
    group = nginx.upstream(f"server {app.bind};", "keepalive 16;")
    nginx.route(f"proxy_pass http://{group};", "proxy_http_version 1.1;", 'proxy_set_header Connection "";')
    nginx.start()
    time.sleep(1.1)  # error logs tell whole seconds: the application is to be older than its failures by more than that
    for _ in range(3):
        bench.expect_status(nginx.ask(method="POST", body=b""), 200)
        time.sleep(1.4)  # the quiet spell, in which the application closes the connection
        box.write(gate, "")
        bench.expect_status(nginx.ask(method="POST", body=b""), 502)
        box.path(gate).unlink()
    bench.expect_status(nginx.ask(method="POST", body=b""), 200)
    look = view((), proven=False, chain="application.crashes-on-request")
    return Scenario(
        nginx.url(),
        {Place.ROOT: look, Place.USER: View(), Place.OUTSIDE: View()},
        lambda: bench.expect("the log has them", nginx.errors().count("prematurely closed") == 3, nginx.errors()),
        failures=("closed-before-response",),
    )
