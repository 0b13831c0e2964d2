"""The unit that makes the socket was stopped; the gateway's own has a /tmp of its own, so another view of the files."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gunicorn", unit=True, bind=f"/run/{bench.word()}/{bench.word()}.sock")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    box.write("/etc/systemd/system/nginx.service.d/own.conf", "[Service]\nPrivateTmp=yes\n")
    box.run("systemctl daemon-reload")
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        stopped_unit(app, "gateway.socket-missing"),
        lambda: nginx.expect_fault("No such file or directory"),
        failures=("connect-no-socket",),
    )
