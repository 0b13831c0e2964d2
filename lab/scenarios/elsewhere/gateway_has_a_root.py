"""The gateway runs in a root of its own; the files at the same paths outside are another gateway's."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "gunicorn", unit=True)
    old = serve(bench, box, "node", unit=True)
    nginx = Nginx(bench, box, unit=False)
    nginx.route(app.pass_line())
    nginx.start()
    nginx.stop()
    jail, inside = box.folder(f"/srv/{bench.word()}"), box.folder(f"/opt/{bench.word()}")
    folder = nginx.conf.rpartition("/")[0]
    box.run(["cp", "-a", f"{folder}/.", inside])
    box.run(["sh", "-c", f"sed -i 's/{app.bind}/{old.bind}/' $(grep -rl {app.bind} {folder})"])
    box.run(["mount", "--rbind", "/", jail])
    box.run(["mount", "--bind", inside, f"{jail}{folder}"])
    box.start(["chroot", jail, nginx.binary, "-c", nginx.conf, "-g", "daemon off;"], log="/var/log/nginx-start.log")
    until("nginx answers", lambda: nginx.ask().status == 200)
    app.stop()
    old.stop()
    either = view(("application.not-running", "network.nothing-listening"), proven=False)
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
