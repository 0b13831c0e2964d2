"""Only one path of the application sends a head of 9 kB."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "uvicorn", does=Behaviour(header=9000, on="/list"))
    app, nginx = s.app, s.nginx
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "gateway.buffer-too-small",
                evidence=(("log-line", "probe", "header"), ("config",)),
                subject=(app.bind, nginx.host),
            ),
            user=view("gateway.buffer-too-small", evidence=(("probe", "header"), ("config",))),
        ),
        lambda: nginx.expect_fault("too big header"),
        failures=("header-too-big",),
    )
