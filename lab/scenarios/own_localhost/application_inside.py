"""The application has a network of its own and listens on its localhost; the gateway is in the machine's.

It knows this route alone.
"""

from lab.host import inner_pid
from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import connects, inner_network
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    pid, _ = inner_network(bench, box)
    nginx = Nginx(bench, box)
    nginx.prefix = f"/{bench.word()}-{bench.word()}"
    app = serve(bench, box, "uvicorn", does=Behaviour(knows=nginx.prefix), start=False)
    app.command[:0] = [
        "nsenter",
        "-t",
        str(inner_pid(pid)),
        "-n",
        "--",
        "setpriv",
        f"--reuid={app.user}",
        f"--regid={app.user}",
        "--clear-groups",
    ]
    app.running = box.start(app.command, log=app.log, folder=app.folder)
    until("it answers in its place", lambda: box.in_network(lambda: connects(app.port), pid))
    nginx.route(app.pass_line())
    nginx.start()
    return Scenario(
        nginx.url(),
        views(
            root=view(
                "gateway.own-localhost",
                chain="network.nothing-listening",
                evidence=(("socket-table", "process"),),
                subject=(app.bind,),
            ),
            user=view(
                ("gateway.own-localhost", "network.nothing-listening"),
                proven=False,
                chain="gateway.own-localhost network.nothing-listening",
            ),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
