"""The stopped unit is the cause; the file of the running gateway was edited since, and includes itself."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", systemd=True)
    box, app, nginx = s.box, s.app, s.nginx
    app.stop()
    with box.path(nginx.conf).open("a") as out:
        out.write(f"include {nginx.conf};\n")
    allowed = "network.nothing-listening application.not-running"
    either = ("application.not-running", "network.nothing-listening")
    return Scenario(
        nginx.url(),
        views(root=view(either, proven=False, chain=allowed), user=view(either, proven=False, chain=allowed)),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
