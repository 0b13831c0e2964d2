"""php-fpm sends a head of 7 kB to the default FastCGI buffer."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "php-fpm", does=Behaviour(header=7000))
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
