"""gunicorn removed its socket when its unit was stopped: the unit is the cause."""

from lab.setups import site, stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", systemd=True, bind_app=f"/run/{bench.word()}/{bench.word()}.sock")
    app, nginx = s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        stopped_unit(app, "gateway.socket-missing"),
        lambda: nginx.expect_fault("No such file or directory"),
        failures=("connect-no-socket",),
    )
