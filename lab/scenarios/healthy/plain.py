"""Nothing but a well application."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, bench.pick(("gunicorn", "node", "php-fpm", "uwsgi")), systemd=bench.rng.random() < 0.5)
    nginx = s.nginx
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
