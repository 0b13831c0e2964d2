"""Every process of the application is stopped (state T); the gateway waits its 60 s."""

import os
import signal

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, allowed


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", workers=2)
    app, nginx = s.app, s.nginx
    for pid in app.pids():
        os.kill(pid, signal.SIGSTOP)
    return Scenario(
        nginx.url(),
        allowed("application.hangs"),
        lambda: bench.expect("no answer", nginx.ask(seconds=1.5).error == "TimeoutError"),
        failures=("response-timeout",),
    )
