"""The unit runs and listens on its localhost, which is that of a network of its own."""

from pathlib import Path

from lab.nginx import Nginx
from lab.servers import App, serve
from lab.setups import connects
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until


def build(bench: Bench) -> Scenario:
    box = bench.gateway(systemd=True)
    kind = bench.pick(("gunicorn", "uvicorn", "node"))
    app = serve(bench, box, kind, unit=True, start=False, unit_lines=("PrivateNetwork=yes",))
    box.run(["systemctl", "start", app.unit])
    until("it answers in its place", lambda: _answers(app))
    nginx = Nginx(bench, box)
    nginx.route(app.pass_line())
    nginx.start()
    chain = "gateway.own-localhost network.nothing-listening"
    first = ("gateway.own-localhost", "network.nothing-listening")
    return Scenario(
        nginx.url(),
        views(
            root=view(first, proven=False, chain=chain),
            user=view(first, proven=False, chain=chain),
        ),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )


def _answers(app: App) -> bool:
    """Whether it takes connections in a network that is not its machine's."""
    own = Path(f"/proc/{app.box.pid}/ns/net").readlink()
    apart = [pid for pid in app.pids() if Path(f"/proc/{pid}/ns/net").readlink() != own]
    return bool(apart) and app.box.in_network(lambda: connects(app.port), apart[0])
