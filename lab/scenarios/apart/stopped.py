"""The unit that names the address is stopped, and has a network of its own: started, it would still be out of reach."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    kind = bench.pick(("gunicorn", "uvicorn", "node"))
    line, beside = "PrivateNetwork=yes", bench.rng.random() < 0.5
    app = serve(bench, box, kind, unit=True, start=False, unit_lines=() if beside else (line,))
    if beside:
        box.write(f"/etc/systemd/system/{app.unit}.d/{bench.word()}.conf", f"[Service]\n{line}\n")
        box.run("systemctl daemon-reload")
    if bench.rng.random() < 0.5:
        box.run(["systemctl", "start", app.unit])
        bench.expect("nobody can connect to it", not app.listens())
        box.run(["systemctl", "stop", app.unit])
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    symptom = "network.nothing-listening"
    first = (symptom, "gateway.own-localhost", "application.not-running")
    return Scenario(
        nginx.url(),
        views(
            root=view(first, proven=False, chain=symptom),
            user=view(first, proven=False, chain=symptom),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
