"""Two nginx in a row on one machine; the unit behind the second is stopped."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gunicorn", unit=True)
    nginx = Nginx(bench, box)
    inner = bench.port()
    nginx.blocks.append(
        f"server {{\n    listen 127.0.0.1:{inner};\n    server_name _;\n    location / {{ {app.pass_line()} }}\n}}\n"
    )
    nginx.route(f"proxy_pass http://127.0.0.1:{inner};")
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    allowed = "network.nothing-listening application.answers-502"
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "application.not-running", chain=allowed, evidence=(("unit", "journal"),), subject=(app.name, app.bind)
            ),
            user=view("application.not-running", proven=False, chain=allowed + " application.not-running"),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("upstream-answered-error", "connect-refused"),
    )
