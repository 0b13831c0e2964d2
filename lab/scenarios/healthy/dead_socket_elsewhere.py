"""A socket file of a dead application, used by another location only."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "uwsgi")
    other = serve(bench, box, "uwsgi", bind=f"/run/{bench.word()}/{bench.word()}.sock")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.location(f"/{bench.route()}", other.pass_line())
    nginx.start()
    other.stop()
    bench.expect("the file stays", box.path(other.bind).exists())
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
