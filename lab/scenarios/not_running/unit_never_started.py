"""A uvicorn unit that is not enabled was never started since the machine booted."""

from lab.setups import site, stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    s = site(bench, "uvicorn", systemd=True, start_app=False)
    app, nginx = s.app, s.nginx
    return Scenario(
        nginx.url(),
        stopped_unit(app),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
