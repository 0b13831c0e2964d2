"""Another application's workers time out in its own log."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.sources import Behaviour
from lab.stand import Bench
from lab.truth import Scenario, sound
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    app = serve(bench, box, "gunicorn")
    other = serve(bench, box, "gunicorn", does=Behaviour(sleep=20.0), timeout=1, workers=1)
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    box.ask("127.0.0.1", other.port, seconds=6)
    until("its log says so", lambda: "WORKER TIMEOUT" in box.read(other.log))
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
