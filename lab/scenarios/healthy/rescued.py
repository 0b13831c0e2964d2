"""One server of the group was away for a while; every request was served by the other."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    apps = [serve(bench, box, "gunicorn") for _ in range(2)]
    nginx = Nginx(bench, box, log_format="upstream")
    group = nginx.upstream(*(f"server {app.bind} fail_timeout=1s;" for app in apps))
    nginx.route(f"proxy_pass http://{group};")
    nginx.start()
    apps[0].stop()
    for _ in range(6):
        bench.expect_status(nginx.ask(), 200)
    bench.expect("an attempt failed", "Connection refused" in nginx.errors())
    apps[0].begin()
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
