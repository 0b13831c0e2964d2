"""Both servers of an upstream group, two units, are stopped."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    apps = [serve(bench, box, "gthread", unit=True) for _ in range(2)]
    nginx = Nginx(bench, box)
    group = nginx.upstream(*(f"server {app.bind};" for app in apps))
    nginx.route(f"proxy_pass http://{group};")
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    for app in apps:
        app.stop()
    names = (*(app.name for app in apps), *(app.bind for app in apps), group)
    allowed = "network.nothing-listening gateway.all-servers-ejected"
    return Scenario(
        nginx.url(),
        views(
            root=view("application.not-running", chain=allowed, evidence=(("unit", "journal"),), subject=names),
            user=view("application.not-running", chain=allowed, evidence=(("unit", apps[0].unit, apps[1].unit),)),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused", "no-live-upstream"),
    )
