"""A Node unit moved to a new port; the gateway, which served it before, still has the old one."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "node", systemd=True, log_format="upstream")
    box, app, nginx = s.box, s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    where = app.bind
    app.stop()
    unit = f"/etc/systemd/system/{app.unit}"
    source = f"{app.folder}/server.js"
    port = bench.port()
    box.write(source, box.read(source).replace(f"listen({app.port},", f"listen({port},"))
    box.write(unit, box.read(unit))
    app.bind = f"127.0.0.1:{port}"
    app.begin()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "gateway.wrong-address",
                chain="network.nothing-listening",
                evidence=(("socket-table",), ("config",)),
                subject=(where, nginx.host),
            ),
            user=view(
                ("gateway.wrong-address", "network.nothing-listening"),
                proven=False,
                chain="gateway.wrong-address network.nothing-listening",
                subject=(where, nginx.host),
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
