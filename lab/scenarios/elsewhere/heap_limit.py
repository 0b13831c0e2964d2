"""The runtime ended itself at its own heap limit; the kernel killed nothing."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, allowed
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "node", unit=True)
    source = f"{app.folder}/server.js"
    grow = "if (q.url.includes('grow')) for (;;) kept.push([1, 2, 3, kept.length]);"
    more = f"const kept = []; server.on('request', (q) => {{ {grow} }});"
    box.write(source, box.read(source) + more)
    unit = f"/etc/systemd/system/{app.unit}"
    box.write(unit, box.read(unit).replace("/usr/bin/node ", "/usr/bin/node --max-old-space-size=24 "))
    box.run("systemctl daemon-reload")
    app.stop()
    app.begin()
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    nginx.ask(f"{nginx.prefix}/grow", seconds=20)
    until("it ended itself", lambda: "out of memory" in box.run(["journalctl", "-u", app.unit]).stdout, 20)
    return Scenario(
        nginx.url(),
        allowed("overload.memory-limit", "application.not-running", "network.nothing-listening"),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
