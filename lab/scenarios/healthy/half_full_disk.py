"""A disk is three quarters full."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, sound


def build(bench: Bench) -> Scenario:
    s = site(bench, "php-fpm")
    box, nginx = s.box, s.nginx
    folder = box.folder(f"/srv/{bench.word()}")
    box.run(f"mount -t tmpfs -o size=8m tmpfs {folder}")
    box.write(f"{folder}/dump.bin", bytes(6 << 20))
    return sound(nginx.url(), lambda: bench.expect_status(nginx.ask(), 200))
