"""A gunicorn unit was stopped; nginx, a unit too, still routes to its port."""

from lab.setups import site, stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", systemd=True)
    app, nginx = s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        stopped_unit(app),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
