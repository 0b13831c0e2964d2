"""A Node unit was stopped by hand; another Node unit, of no route, was killed for memory just then."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import stopped_unit
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "node", unit=True)
    other = serve(bench, box, "node", unit=True, does=Behaviour(eat=300), unit_lines=("MemoryMax=120M",))
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    box.ask("127.0.0.1", other.port)
    until("the kernel's record", lambda: f"/{other.unit},task=" in box.run("dmesg").stdout)
    app.stop()
    return Scenario(
        nginx.url(),
        stopped_unit(app, forbidden="overload.out-of-memory"),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
