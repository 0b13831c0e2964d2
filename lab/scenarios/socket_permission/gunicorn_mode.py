"""gunicorn's socket has mode 0660 and another owner."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", socket_mode="660", bind_app=f"/run/{bench.word()}/{bench.word()}.sock", systemd=True)
    app, nginx = s.app, s.nginx
    return Scenario(
        nginx.url(),
        views(
            root=view("gateway.socket-permission", evidence=(("file",),), subject=(app.bind,)),
            user=view("gateway.socket-permission", evidence=(("file",),), subject=(app.bind,)),
        ),
        lambda: nginx.expect_fault("Permission denied"),
        failures=("connect-denied",),
    )
