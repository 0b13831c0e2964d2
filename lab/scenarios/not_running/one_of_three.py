"""One server of three, a unit, is stopped, and the gateway never tries a second one: every third request fails."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    apps = [serve(bench, box, "gunicorn", unit=True, workers=1) for _ in range(3)]
    nginx = Nginx(bench, box)
    group = nginx.upstream(*(f"server {app.bind} max_fails=0;" for app in apps), "zone shared 64k;")
    nginx.route(f"proxy_pass http://{group};", "proxy_next_upstream off;")
    nginx.start()
    app = bench.pick(apps)
    app.stop()

    def show() -> None:
        got = sorted(nginx.ask().status for _ in range(3))
        bench.expect("one of three fails", got == [200, 200, 502], got)

    return Scenario(
        nginx.url(),
        stopped_unit(app),
        show,
        failures=("connect-refused",),
    )
