"""Each such request makes a gunicorn worker outgrow its cgroup; the kernel kills it."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    group = bench.memory_group(box, 90)
    app = serve(bench, box, "gunicorn", does=Behaviour(eat=200, on="/list"), groups=[group])
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()

    def show() -> None:
        nginx.expect_fault("prematurely closed")
        until("the kernel's record", lambda: f"task_memcg=/{box.group}/{group.name}" in box.run("dmesg").stdout)

    allowed = "application.crashes-on-request"
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "overload.out-of-memory",
                chain=allowed,
                evidence=(("kernel", "cgroup", "journal"),),
                subject=(app.name, "gunicorn", app.bind, group.name),
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
