"""Another route's upstream is stopped and fails all the time."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app, other = (serve(bench, box, kind, unit=True) for kind in ("gunicorn", "node"))
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    there = f"/{bench.route()}"
    nginx.location(there, other.pass_line())
    nginx.start()
    other.stop()

    def show() -> None:
        bench.expect_status(nginx.ask(), 200)
        bench.expect_status(nginx.ask(there), 502)

    return sound(nginx.url(), show)
