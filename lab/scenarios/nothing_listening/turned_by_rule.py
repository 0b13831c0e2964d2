"""A rule of the machine's own hands the port on to another one; the application there has ended, and no unit has it."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gunicorn")
    old = serve(bench, box, "node", unit=True)
    old.stop()
    tool = bench.pick(("nft", "iptables-nft", "iptables-legacy"))
    if tool == "nft":
        box.run("nft add table ip turns")
        box.run(["nft", "add chain ip turns out { type nat hook output priority -100; }"])
        box.run(f"nft add rule ip turns out tcp dport {old.port} counter redirect to :{app.port}")
    else:
        box.run(f"{tool} -t nat -A OUTPUT -p tcp --dport {old.port} -j REDIRECT --to-ports {app.port}")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(old.bind))
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    either = view(("network.nothing-listening", "application.not-running", "gateway.wrong-address"), proven=False)
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
