"""Nothing is on 127.0.0.1; what listens on all IPv6 addresses of that port is bound to another link, and not for it."""

from pathlib import Path

from lab.nginx import Nginx
from lab.servers import accepts
from lab.stand import Bench
from lab.truth import Scenario, view, views
from lab.waiting import until

SOURCE = """import socket

sock = socket.socket(socket.AF_INET6)
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
sock.bind(("::", {port}))
sock.listen()
while True:
    sock.accept()[0].close()
"""


def build(bench: Bench) -> Scenario:
    box = bench.gateway()
    port = bench.port()
    source = box.write(f"/opt/{bench.word()}/service.py", SOURCE.format(port=port))
    box.start(["/usr/bin/python3", source])
    until("it listens", lambda: f":{port:04X}" in Path(f"/proc/{box.pid}/net/tcp6").read_text())
    bench.expect("the other family refuses too", not accepts(box, f"[::1]:{port}"))
    nginx = Nginx(bench, box)
    nginx.route(f"proxy_pass http://127.0.0.1:{port};")
    nginx.start()
    either = view(
        ("network.nothing-listening", "application.not-running", "network.address-family"),
        proven=False,
        chain="network.nothing-listening",
    )
    return Scenario(
        nginx.url(),
        views(root=either, user=either),
        lambda: nginx.expect_fault("Connection refused"),
        failures=("connect-refused",),
    )
