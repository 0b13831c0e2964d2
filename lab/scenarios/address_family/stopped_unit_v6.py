"""A uvicorn unit on [::1], as the gateway says, is stopped: the family is right."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import stopped_unit
from lab.stand import Bench
from lab.truth import Scenario


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(bench, box, "uvicorn", unit=True, bind=f"[::1]:{bench.port()}")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    bench.expect_status(nginx.ask(), 200)
    app.stop()
    return Scenario(
        nginx.url(),
        stopped_unit(app),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
