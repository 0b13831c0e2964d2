"""An upstream group has a name with an IPv6 address only; gthread is on all IPv4 addresses."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gthread", unit=True, bind=f"0.0.0.0:{bench.port()}")
    name = bench.word()
    box.run("ip address add fd00:77::1/128 dev lo nodad")
    bench.name_it(name, "fd00:77::1", box)
    nginx = Nginx(bench, box)
    group = nginx.upstream(f"server {name}:{app.port};")
    nginx.route(f"proxy_pass http://{group};")
    nginx.start()
    where = str(app.port)
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "network.address-family",
                chain="network.nothing-listening",
                evidence=(("socket-table", "probe"),),
                subject=(where,),
            ),
            user=view(
                "network.address-family",
                chain="network.nothing-listening",
                evidence=(("socket-table", "probe"),),
                subject=(where,),
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
