"""The socket is open to all, the folder above it is not."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "uvicorn", bind_app=f"/srv/{bench.word()}/run/{bench.word()}.sock")
    box, app, nginx = s.box, s.app, s.nginx
    box.path(app.bind).chmod(0o777)
    box.path(app.bind).parent.chmod(0o700)
    return Scenario(
        nginx.url(),
        views(
            root=view("gateway.socket-permission", evidence=(("file",),), subject=(app.bind,)),
            user=view("gateway.socket-permission", evidence=(("file",),), subject=(app.bind,)),
        ),
        lambda: nginx.expect_fault("Permission denied"),
        failures=("connect-denied",),
    )
