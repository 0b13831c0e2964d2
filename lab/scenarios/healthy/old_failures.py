"""The log tells of last week's 502s."""

import time

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn")
    box, app, nginx = s.box, s.app, s.nginx
    then = time.time() - 7 * 86400
    day = time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(then))
    line = (
        f"{day} [error] 77#77: *{{}} connect() failed (111: Connection refused) while connecting to upstream,"
        f' client: 10.0.0.9, server: {nginx.host}, request: "GET {nginx.prefix}/list HTTP/1.1",'
        f' upstream: "http://{app.bind}/", host: "{nginx.host}"\n'
    )
    old = "".join(line.format(number) for number in range(40))
    path = box.path(nginx.error_path)
    path.write_text(old + path.read_text())
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(then))
    path = box.path(nginx.access_path)
    path.write_text(
        "".join(f'10.0.0.9 - - [{stamp}] "GET {nginx.prefix}/list HTTP/1.1" 502 157 "-" "curl/8"\n' for _ in range(40))
    )
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
