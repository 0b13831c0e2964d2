"""Each such request makes a Node unit outgrow its MemoryMax; systemd starts it again."""

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
        "node",
        unit=True,
        does=Behaviour(eat=300, on="/list"),
        unit_lines=("MemoryMax=120M", "Restart=always", "RestartSec=100ms", "StartLimitIntervalSec=0"),
    )
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()

    def show() -> None:
        record = f"/{app.unit},task="
        until("502 and the kernel's record", lambda: nginx.ask().status == 502 and record in box.run("dmesg").stdout)
        until("it is back", app.listens)

    allowed = (
        "network.nothing-listening application.not-running application.crashes-on-request"
        " application.crash-loop application.starting"
    )
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "overload.out-of-memory",
                chain=allowed,
                evidence=(("kernel", "cgroup", "journal"),),
                subject=(app.name, "node", app.bind),
            ),
            user=view(
                ("application.crashes-on-request", "application.crash-loop", "overload.out-of-memory"),
                proven=False,
                chain=allowed + " overload.out-of-memory",
            ),
        ),
        show,
        failures=("closed-before-response", "reset-before-response", "connect-refused"),
    )
