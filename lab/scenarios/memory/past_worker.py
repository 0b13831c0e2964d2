"""A gunicorn unit's worker was killed for memory in the middle of requests; all is well now."""

import time

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Place, Scenario, View, view
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    gate = f"/var/lib/{bench.word()}.csv"
    app = serve(
        bench,
        box,
        "gunicorn",
        unit=True,
        does=Behaviour(eat=200, on="/list", gate=gate),
        unit_lines=("MemoryMax=100M", "OOMPolicy=continue"),
    )
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    time.sleep(1.1)  # error logs tell whole seconds: the application is to be older than its failure by more than that
    box.write(gate, "")
    for _ in range(4):
        bench.expect_status(nginx.ask(), 502)
    box.path(gate).unlink()

    def show() -> None:
        bench.expect_status(nginx.ask(), 200)
        bench.expect("the log has them", nginx.errors().count("prematurely closed") >= 3)
        until("the kernel's record", lambda: f"/{app.unit},task=" in box.run("dmesg").stdout)

    return Scenario(
        nginx.url(),
        {
            Place.ROOT: view(
                "overload.out-of-memory",
                chain="application.crashes-on-request",
                evidence=(("kernel", "cgroup", "journal"), ("log-line",)),
                subject=(app.name, "gunicorn", app.bind),
            ),
            Place.USER: View(),
            Place.OUTSIDE: View(),
        },
        show,
        failures=("closed-before-response", "reset-before-response"),
    )
