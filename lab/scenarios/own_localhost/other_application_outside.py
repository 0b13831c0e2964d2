"""The application ran beside the gateway and has ended; an unrelated one in the machine's network has the same port."""

from lab.nginx import Nginx
from lab.servers import serve
from lab.setups import inner_network
from lab.stand import Bench
from lab.truth import Scenario, view, views


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    pid, address = inner_network(bench, box)
    other = serve(bench, box, "gunicorn")
    nginx = Nginx(bench, box, netns_pid=pid)
    nginx.at(address)
    nginx.route(other.pass_line(f"127.0.0.1:{other.port}"))
    nginx.start()
    bench.expect("the unrelated application answers everything", box.ask("127.0.0.1", other.port).status == 200)
    root = view(
        ("gateway.own-localhost", "network.nothing-listening", "application.not-running"),
        proven=False,
        chain="network.nothing-listening",
    )
    return Scenario(
        nginx.url(),
        views(root=root, user=root),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
