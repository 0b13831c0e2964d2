"""A unit starts, fails and is started again for ever."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.stand import Bench
from lab.truth import Scenario, allowed
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    app = serve(
        bench,
        box,
        "gunicorn",
        unit=True,
        start=False,
        unit_lines=("Restart=always", "RestartSec=300ms", "StartLimitIntervalSec=0"),
    )
    box.write(f"{app.folder}/wsgi.py", "import no_such_module\n")
    box.run(["systemctl", "start", "--no-block", app.unit])
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    journal = ["journalctl", "-u", app.unit]
    until("it restarts", lambda: box.run(journal).stdout.count("Scheduled restart job") >= 3, 20)
    return Scenario(
        nginx.url(),
        allowed(
            "application.crash-loop", "network.nothing-listening", "application.not-running", "application.starting"
        ),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("connect-refused", "closed-before-response", "reset-before-response"),
    )
