"""gthread closes idle connections after 1 s, the gateway keeps them longer; some POSTs failed."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import Site, idle_race
from lab.stand import Bench
from lab.truth import Place, Scenario, View, view


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gthread", keep=1.0, unit=True, workers=4)
    nginx = Nginx(bench, box)
    group = nginx.upstream(f"server {app.bind};", "keepalive 16;")
    nginx.route(f"proxy_pass http://{group};", "proxy_http_version 1.1;", 'proxy_set_header Connection "";')
    nginx.start()
    idle_race(Site(box, app, nginx), 1.0)

    def show() -> None:
        lines = nginx.errors().splitlines()
        failed = [
            line for line in lines if "prematurely closed" in line or "reset by peer" in line or "Broken pipe" in line
        ]
        bench.expect(
            "POSTs failed on kept connections", len(failed) >= 2 and all("POST" in line for line in failed), lines
        )
        bench.expect_status(nginx.ask(), 200)

    return Scenario(
        nginx.url(),
        {
            Place.ROOT: view(
                "gateway.keepalive-mismatch",
                evidence=(("log-line",), ("config", "probe", "process")),
                subject=(app.bind, group),
            ),
            Place.USER: View(),
            Place.OUTSIDE: View(),
        },
        show,
        failures=("closed-before-response", "reset-before-response"),
    )
