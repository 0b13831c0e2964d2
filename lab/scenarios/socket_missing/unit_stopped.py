"""gunicorn removed its socket when its unit was stopped: the unit is the cause."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", systemd=True, bind_app=f"/run/{bench.word()}/{bench.word()}.sock")
    app, nginx = s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "application.not-running",
                chain="gateway.socket-missing",
                evidence=(("unit", "journal"),),
                subject=(app.name, app.bind),
            ),
            user=view("application.not-running", chain="gateway.socket-missing", evidence=(("unit", app.unit),)),
        ),
        lambda: nginx.expect_fault("No such file or directory"),
        failures=("connect-no-socket",),
    )
