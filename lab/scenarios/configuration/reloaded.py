"""The gateway's only worker is that of a reload, with which it took up a buffer that is too small for the head."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    lines = ("proxy_buffer_size 32k;", "proxy_buffers 8 32k;")
    systemd = bench.rng.random() < 0.5
    s = site(bench, "node", does=Behaviour(header=12000), lines=lines, systemd=systemd, start=False)
    app, nginx = s.app, s.nginx
    nginx.workers, nginx.level = "1", "error" if systemd else "notice"
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    nginx.edit("32k", "8k")
    nginx.reload()
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
