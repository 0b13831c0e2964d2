"""A Node unit outgrew its MemoryMax once; the kernel killed it and nothing starts it again."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "node", unit=True, does=Behaviour(eat=300, on="export"), unit_lines=("MemoryMax=120M",))
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    nginx.ask(f"{nginx.prefix}/export")
    until("the unit has failed", lambda: "failed" in box.run(["systemctl", "is-active", app.unit], check=False).stdout)

    def show() -> None:
        nginx.expect_fault("Connection refused")
        until("the kernel's record", lambda: f"/{app.unit},task=" in box.run("dmesg").stdout)

    return Scenario(
        nginx.url(),
        views(
            root=view(
                "overload.out-of-memory",
                chain="network.nothing-listening application.not-running application.crashes-on-request",
                evidence=(("kernel", "cgroup", "journal"), ("unit", "journal")),
                subject=(app.name, "node", app.bind),
            ),
            user=view(
                ("application.not-running", "overload.out-of-memory"),
                chain="network.nothing-listening",
                evidence=(("unit", app.unit),),
            ),
        ),
        show,
        failures=("connect-refused",),
    )
