"""The gateway says localhost; the application is on IPv4 only and the second attempt always serves."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    box.write("/etc/hosts", box.read("/etc/hosts").replace("::1\tlocalhost ip6-localhost", "::1\tlocalhost"))
    app = serve(bench, box, "gthread")
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line(f"localhost:{app.port}"))
    nginx.start()
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
