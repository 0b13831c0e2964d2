"""A unit that asks the address now and then names it too, and is as inactive as ever; the application had no unit."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views

SOURCE = """import socket
import sys

host, port = sys.argv[2], int(sys.argv[4])
socket.create_connection((host, port)).close()
"""


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, bench.pick(("node", "gunicorn")))
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    unit = bench.word()
    script = box.write(f"/opt/{unit}/{unit}.py", f"#!/usr/bin/python3\n{SOURCE}", 0o755)
    box.write(
        f"/etc/systemd/system/{unit}.service",
        f"[Unit]\nDescription={unit}\n\n[Service]\nType={bench.pick(('oneshot', 'simple'))}\n"
        f"ExecStart={script} --host 127.0.0.1 --port {app.port}\n\n[Install]\nWantedBy=multi-user.target\n",
    )
    box.run("systemctl daemon-reload")
    box.run(["systemctl", "enable", "--now", unit])
    app.stop()
    either = view(
        ("network.nothing-listening", "application.not-running"), proven=False, chain="network.nothing-listening"
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
