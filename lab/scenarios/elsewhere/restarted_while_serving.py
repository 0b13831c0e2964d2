"""A Node unit was restarted once while it held requests; kept connections are configured."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import load
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Place, Scenario, View, view
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    gate = f"/var/lib/{bench.word()}.lock"
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "node", unit=True, does=Behaviour(sleep=8.0, gate=gate))
    nginx = Nginx(bench, box)
    group = nginx.upstream(f"server {app.bind};", "keepalive 8;")
    nginx.route(f"proxy_pass http://{group};", "proxy_http_version 1.1;", 'proxy_set_header Connection "";')
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    box.write(gate, "")
    with load(nginx, f"{nginx.prefix}/list", 4):
        until("requests are held", lambda: nginx.ask(seconds=0.5).error)
        box.run(["systemctl", "restart", app.unit])
        until("they failed", lambda: nginx.errors().count("prematurely closed") >= 4)
        box.path(gate).unlink()
    app.ready()

    def show() -> None:
        bench.expect_status(nginx.ask(), 200)

    return Scenario(
        nginx.url(),
        {
            Place.ROOT: view("application.restarted", proven=False, chain="application.restarted"),
            Place.USER: View(),
            Place.OUTSIDE: View(),
        },
        show,
        failures=("closed-before-response", "reset-before-response"),
    )
