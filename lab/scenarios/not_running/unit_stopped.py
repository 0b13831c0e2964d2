"""A gunicorn unit was stopped; nginx, a unit too, still routes to its port."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", systemd=True)
    app, nginx = s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "application.not-running",
                chain="network.nothing-listening",
                evidence=(("unit", "journal"),),
                subject=(app.name, app.bind),
            ),
            user=view("application.not-running", chain="network.nothing-listening", evidence=(("unit", app.unit),)),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
