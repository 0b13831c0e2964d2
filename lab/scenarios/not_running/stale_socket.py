"""A uWSGI unit was stopped and left its unix socket file behind."""

from lab.setups import site, stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    s = site(bench, "uwsgi", systemd=True, bind_app=f"/run/{bench.word()}/{bench.word()}.sock")
    box, app, nginx = s.box, s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    bench.expect("the socket file stays", box.path(app.bind).exists())
    return Scenario(
        nginx.url(),
        stopped_unit(app),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
