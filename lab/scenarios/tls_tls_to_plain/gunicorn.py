"""gunicorn serves plain HTTP, the route says https."""

from lab.setups import site
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    s = site(bench, "gunicorn", scheme="https")
    app, nginx = s.app, s.nginx
    return Scenario(
        nginx.url(),
        views(
            root=view("tls.tls-to-plain-port", evidence=(("probe",),), subject=(app.bind,)),
            user=view("tls.tls-to-plain-port", evidence=(("probe",),), subject=(app.bind,)),
        ),
        lambda: bench.expect_status(nginx.ask(), 502),
        failures=("tls-failed",),
    )
