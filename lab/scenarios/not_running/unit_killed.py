"""A Node unit was killed from outside (exit by signal 9, no memory record) and is not restarted."""

from lab.setups import site, stopped_unit
from lab.stand import Bench
from lab.truth import Scenario
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    s = site(bench, "node", systemd=True)
    box, app, nginx = s.box, s.app, s.nginx
    bench.expect_status(nginx.ask(), 200)
    box.run(["systemctl", "kill", "--signal=KILL", app.unit])
    until("the unit has failed", lambda: "failed" in box.run(["systemctl", "is-active", app.unit], check=False).stdout)
    return Scenario(
        nginx.url(),
        stopped_unit(app, forbidden="overload.out-of-memory"),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
