"""Set-ups that many scenarios share: a gateway with one application behind it, load, TLS, a network of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from lab.host import Box, inner_pid
from lab.nginx import Nginx, is_worker
from lab.servers import App, serve
from lab.stand import Bench
from lab.truth import Place, View, view, views
from lab.waiting import until


@dataclass(frozen=True)
class Site:
    """A gateway that serves one application, not yet broken."""

    box: Box
    app: App
    nginx: Nginx


def site(  # noqa: PLR0913 - each is a wish of some scenario
    bench: Bench,
    kind: str,
    *,
    systemd: bool = False,
    wheel: bool = False,
    lines: Sequence[str] = (),
    bind: str | None = None,
    scheme: str | None = None,
    log_format: str | None = None,
    start: bool = True,
    bind_app: str | None = None,
    start_app: bool = True,
    **app_options: Any,
) -> Site:
    """Application and gateway running. `bind`, `scheme`: what the gateway uses, if not what is true."""
    box = bench.gateway(systemd=systemd)
    app = serve(bench, box, kind, unit=systemd, bind=bind_app, start=start_app, **app_options)
    nginx = Nginx(bench, box, wheel=wheel, log_format=log_format)
    nginx.route(app.pass_line(bind, scheme), *lines)
    if start:
        nginx.start()
    return Site(box, app, nginx)


def stopped_unit(app: App, symptom: str = "network.nothing-listening", forbidden: str = "") -> dict[Place, View]:
    """Give the views where the unit that should listen is stopped; anyone on its machine may ask for its state."""
    cause = "application.not-running"
    root = view(
        cause, chain=symptom, evidence=(("unit", "journal"),), subject=(app.name, app.bind), forbidden=forbidden
    )
    return views(root=root, user=view(cause, chain=symptom, evidence=(("unit", app.unit),)))


def certificate(bench: Bench, box: Box, *names: str, owner: str | None = None) -> tuple[str, str]:
    """Paths of a certificate and its key by an authority nobody trusts."""
    folder = f"/etc/ssl/{bench.word()}"
    made = trustme.CA().issue_cert(*(names or ("localhost", "127.0.0.1")))
    chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
    cert = box.write(f"{folder}/cert.pem", chain)
    return cert, box.write(f"{folder}/key.pem", made.private_key_pem.bytes(), 0o640, owner)


def inner_network(bench: Bench, box: Box) -> tuple[int, str]:
    """Make a network inside a machine, as a container has it: a pid in it (the real machine's) and its address.

    The machine routes between its client and it.
    """
    holder = box.start("unshare --net sleep infinity")
    outer_net = os.readlink(f"/proc/{box.pid}/ns/net")
    until(
        "a network of its own",
        lambda: [pid for pid in holder.pids() if os.readlink(f"/proc/{pid}/ns/net") != outer_net],
    )
    pid = holder.pids()[-1]
    here, there = bench.wire(box, box, pid)
    inside = f"nsenter -t {inner_pid(pid)} -n ip "
    box.run(inside + "link set lo up")
    box.run(inside + f"route add default via {here}")
    box.run("sysctl -qw net.ipv4.ip_forward=1")
    client = bench.client_box
    assert client is not None
    client.run(f"ip route replace default via {bench.address(box)}")
    return pid, there


def connects(port: int) -> bool:
    """Whether a connection to a port of localhost is taken, in the network of this thread."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def load(nginx: Nginx, path: str, clients: int) -> Iterator[None]:
    """Clients that ask for a path again and again until the block ends."""
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            answer = nginx.ask(path, seconds=60)
            if answer.error and not stop.is_set():
                time.sleep(0.1)

    threads = [threading.Thread(target=keep_asking, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()


def idle_race(site: Site, idle: float, rounds: int = 2, clients: int = 2) -> None:
    """Make the gateway use kept connections that the application has just closed as idle.

    The gateway's workers are late (stopped) in the moment in which the application closes; the next POST waits for
    them before the close does, so they take the kept connection first and learn of the close afterwards: what happens
    on a busy gateway by chance happens here each time. `idle`: seconds that the application keeps an idle connection.
    """
    nginx = site.nginx
    for _ in range(rounds):
        waiting = [_kept_client(nginx) for _ in range(clients)]
        for connection in waiting:
            _post(nginx, connection)
        assert all(connection.getresponse().read() for connection in waiting)
        time.sleep(max(0.0, idle - 0.3))  # the idle time itself
        workers = [pid for pid in nginx.pids() if is_worker(pid)]
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            for connection in waiting:
                _post(nginx, connection)
            until("the application closed its idle connections", lambda: _all_half_closed(nginx, site.app), 10)
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)
        for connection in waiting:
            connection.getresponse().read()
            connection.close()


def _kept_client(nginx: Nginx) -> http.client.HTTPConnection:
    client = nginx.bench.client_box
    assert client is not None

    def connect() -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(nginx.address, nginx.port, timeout=20)
        connection.connect()
        return connection

    return client.in_network(connect)


def _post(nginx: Nginx, connection: http.client.HTTPConnection) -> None:
    connection.request("POST", nginx.prefix + "/list", body=b"n=1", headers={"Host": nginx.host})


def _all_half_closed(nginx: Nginx, app: App) -> bool:
    """Whether the other end of every kept connection has closed: some in CLOSE-WAIT, none ESTABLISHED."""
    rows = [row.split() for row in Path(f"/proc/{nginx.box.pid}/net/tcp").read_text().splitlines()[1:]]
    states = {row[3] for row in rows if int(row[2].rpartition(":")[2], 16) == app.port}
    return "08" in states and "01" not in states
