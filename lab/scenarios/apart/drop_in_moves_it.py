"""A drop-in file gave the unit another address, and it was stopped; the gateway still has the one of before."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, bench.pick(("gunicorn", "uvicorn")), unit=True, start=False)
    before, port = app.bind, bench.port()
    command = " ".join(app.command).replace(str(app.port), str(port))
    box.write(
        f"/etc/systemd/system/{app.unit}.d/{bench.word()}.conf",
        f"[Service]\nExecStart=\nExecStart={command}\n",
    )
    box.run("systemctl daemon-reload")
    app.bind = f"127.0.0.1:{port}"
    app.begin()
    app.stop()
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(before))
    nginx.start()
    symptom = "network.nothing-listening"
    first = (symptom, "gateway.wrong-address", "application.not-running")
    return Scenario(
        nginx.url(),
        views(
            root=view(first, proven=False, chain=symptom),
            user=view(first, proven=False, chain=symptom),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
