"""The error log has lines of megabytes, of an application that printed too much."""

import time

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "php-fpm")
    box, nginx = s.box, s.nginx
    path = box.path(nginx.error_path)
    stamp = time.strftime("%Y/%m/%d %H:%M:%S")
    line = (
        f'{stamp} [error] 9#9: *1 FastCGI sent in stderr: "PHP message: '
        + "n" * (4 << 20)
        + '" while reading response\n'
    )
    path.write_text(path.read_text() + line * 3)
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
