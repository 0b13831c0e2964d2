"""Two pods of gateway and application on one machine: in one of them the application has ended."""

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
    pid, address = inner_network(bench, box)
    twin, _ = inner_network(bench, box)
    nginx = Nginx(bench, box, netns_pid=pid)
    nginx.prefix = f"/{bench.word()}-{bench.word()}"
    app = serve(bench, box, "uvicorn", does=Behaviour(knows=nginx.prefix), start=False)
    enter = ["nsenter", "-t", str(inner_pid(twin)), "-n", "--"]
    user = ["setpriv", f"--reuid={app.user}", f"--regid={app.user}", "--clear-groups"]
    box.start([*enter, *user, *app.command], log=app.log, folder=app.folder)
    until("the twin answers in its place", lambda: box.in_network(lambda: connects(app.port), twin))
    nginx.at(address)
    nginx.route(app.pass_line())
    nginx.start()
    conf = box.write(f"{nginx.conf}.{app.name}", box.read(nginx.conf).replace(nginx.pid_file, f"/run/{app.name}.pid"))
    box.start([*enter, nginx.binary, "-c", conf, "-g", "daemon off;"], log="/var/log/nginx-start.log")
    until("the twin's gateway listens", lambda: box.in_network(lambda: connects(nginx.port), twin))
    root = view(
        ("gateway.own-localhost", "network.nothing-listening", "application.not-running"),
        proven=False,
        chain="network.nothing-listening",
    )
    return Scenario(
        nginx.url(),
        views(root=root, user=root),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
