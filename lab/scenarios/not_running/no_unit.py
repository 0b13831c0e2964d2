"""gunicorn started by hand has ended; only its own log says that it listened here."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn")
    box, app, nginx = s.box, s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    bench.expect("its log names the address", f"Listening at: http://{app.bind}" in box.read(app.log))
    either = ("application.not-running", "network.nothing-listening")
    return Scenario(
        nginx.url(),
        views(
            root=view(either, evidence=(("socket-table", "probe"),), subject=(app.bind, app.name)),
            user=view(either, evidence=(("socket-table", "probe"),), subject=(app.bind, app.name)),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
