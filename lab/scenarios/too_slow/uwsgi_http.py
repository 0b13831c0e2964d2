"""uwsgi-http answered at once until a moment ago, and now after 4 s; the gateway waits 2 s."""

from lab.setups import site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    gate = f"/var/lib/{bench.word()}.db"
    s = site(
        bench,
        "uwsgi-http",
        does=Behaviour(sleep=4.0, gate=gate),
        lines=("proxy_read_timeout 2s;",),
        log_format=bench.pick(("upstream", "json")),
        workers=8,
    )
    box, app, nginx = s.box, s.app, s.nginx
    for _ in range(12):
        bench.expect_status(nginx.ask(), 200)
    box.write(gate, "")

    def show() -> None:
        nginx.expect_fault("upstream timed out", 504)
        bench.expect_status(nginx.ask("/robots.txt"), 200)

    return Scenario(
        nginx.url(),
        views(
            root=view("application.too-slow", evidence=(("log-line", "probe"),), subject=(app.bind, nginx.prefix)),
            user=view(
                ("application.too-slow", "gateway.timeout-too-short"),
                proven=False,
                chain="application.too-slow gateway.timeout-too-short",
            ),
        ),
        show,
        failures=("response-timeout",),
    )
