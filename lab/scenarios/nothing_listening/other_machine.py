"""Another machine refuses. From the gateway a filter's reset would look the same."""

from lab.nginx import Nginx
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    backend = bench.box()
    _, address = bench.wire(box, backend)
    where = f"{address}:{bench.port()}"
    nginx = Nginx(bench, box)
    nginx.route(f"proxy_pass http://{where};")
    nginx.start()
    maybe = view(("network.nothing-listening", "application.not-running"), proven=False)
    return Scenario(
        nginx.url(),
        views(root=maybe, user=maybe),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
