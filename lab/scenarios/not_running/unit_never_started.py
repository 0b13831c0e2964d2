"""A uvicorn unit that is not enabled was never started since the machine booted."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "uvicorn", systemd=True, start_app=False)
    app, nginx = s.app, s.nginx
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
