"""The application's unit was restarted a moment ago with no request in it."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "gthread", systemd=True)
    box, app, nginx = s.box, s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    box.run(["systemctl", "restart", app.unit])
    app.ready()
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
