import asyncio
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vantages import HERE, Hand
from why502.host.processes import processes
from why502.host.relays import relayed, relays
from why502.host.sockets import sockets
from why502.observations.gateway import Relay
from why502.observations.subjects import Endpoint
from why502.observations.want import Want
from why502.vantage.local import Local


@pytest.mark.parametrize(
    ("command", "to"),
    [
        (
            "/usr/bin/docker-proxy -proto tcp -host-ip :: -host-port 80 -container-ip 172.17.0.2 -container-port 8080",
            "172.17.0.2:8080",
        ),
        ("socat TCP-LISTEN:80,fork,reuseaddr TCP:10.0.0.2:81", "10.0.0.2:81"),
        ("socat TCP4-LISTEN:81 TCP4:10.0.0.2:81", None),
        ("socat TCP-LISTEN:80,fork UNIX-CONNECT:/run/app.sock", None),
        ("/lib/systemd/systemd-socket-proxyd --exit-idle-time=30 [::1]:9000", "[::1]:9000"),
        ("ssh -N -L 80:10.0.0.3:8080 jump", "10.0.0.3:8080"),
        ("ssh -N -L127.0.0.1:80:localhost:8080 jump", "127.0.0.1:8080"),
        ("kubectl port-forward svc/app 80:8080", None),
        ("nginx -g x", None),
    ],
)
def test_where_relays_pass_to(command, to):
    found = relayed(command.split(), HERE, 80)
    assert (None if found is None else str(found[1])) == to


@given(st.sampled_from(["docker-proxy", "socat", "ssh", "systemd-socket-proxyd"]), st.lists(st.text(max_size=20)))
def test_any_words(program, words):
    relayed([program, *words], HERE, 80)


def test_a_running_relay_is_found():
    """A copy of the interpreter stands in for docker-proxy: what counts is its command line and its socket."""
    script = (
        "import socket, sys, signal; made = socket.socket(); made.bind(('127.0.0.1', 0)); made.listen();"
        "print(made.getsockname()[1], flush=True); signal.pause()"
    )
    command = ["docker-proxy", "-c", script, "-container-ip", "172.17.0.2", "-container-port", "80"]
    with subprocess.Popen(command, executable=sys.executable, stdout=subprocess.PIPE) as child:
        try:
            port = int(child.stdout.readline())
            here = Local().here()
            about = Endpoint(place=here.network(), address="127.0.0.1", port=port)
            hand = Hand(Local(), [processes, sockets])
            (relay,) = asyncio.run(relays.look(Want(kind=Relay, about=about), hand))
        finally:
            child.kill()
    assert relay.kind == "docker-proxy"
    assert str(relay.to) == "172.17.0.2:80"
    assert relay.process.pid == child.pid
