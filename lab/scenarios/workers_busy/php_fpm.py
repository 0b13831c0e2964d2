"""The workers of php-fpm are all held by a slow path; others wait longer than the gateway does."""

from lab.setups import load, site
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    s = site(
        bench,
        "php-fpm",
        does=Behaviour(sleep=20.0, on="export"),
        lines=("fastcgi_read_timeout 3s;",),
        workers=2,
        start=False,
    )
    app, nginx = s.app, s.nginx
    slow = f"/{bench.route()}"
    nginx.location(slow, app.pass_line(), "fastcgi_read_timeout 60s;")
    nginx.start()
    quick = nginx.ask()
    bench.expect("asked alone it is quick", quick.status == 200 and quick.seconds < 1, quick)
    bench.later(load(nginx, f"{slow}/export", 6))

    def show() -> None:
        until("requests wait", lambda: nginx.ask().status == 504, 10)
        nginx.expect_fault("upstream timed out", 504)

    return Scenario(
        nginx.url(),
        views(
            root=view(
                "overload.workers-busy",
                evidence=(("log-line", "socket-table", "process", "probe"),),
                subject=(app.bind, app.name),
            ),
            user=view(
                ("overload.workers-busy", "application.hangs", "application.too-slow"),
                proven=False,
                chain="overload.workers-busy overload.accept-queue-full",
            ),
        ),
        show,
        failures=("response-timeout",),
    )
