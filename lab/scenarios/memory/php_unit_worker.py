"""Each such request makes a php-fpm worker outgrow the unit's MemoryMax."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(
        bench,
        box,
        "php-fpm",
        unit=True,
        does=Behaviour(eat=110, on="/list"),
        unit_lines=("MemoryMax=60M", "OOMPolicy=continue"),
    )
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()

    def show() -> None:
        bench.expect_status(nginx.ask(), 502)
        until("the kernel's record", lambda: f"/{app.unit},task=" in box.run("dmesg").stdout)

    allowed = "application.crashes-on-request"
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "overload.out-of-memory",
                chain=allowed,
                evidence=(("kernel", "cgroup", "journal"),),
                subject=(app.name, "php", app.bind),
            ),
            user=view(
                ("application.crashes-on-request", "overload.out-of-memory"),
                proven=False,
                chain=allowed + " overload.out-of-memory",
            ),
        ),
        show,
        failures=("closed-before-response", "reset-before-response"),
    )
