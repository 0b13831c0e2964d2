"""The server that takes a connection and a Host, against a real nginx on real addresses."""

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.nginx.test_routing import read
from tests.stands.nginx import binaries, free_port, nginx
from why502.gateways.nginx.grammar import Problem
from why502.gateways.nginx.listeners import parse_listen
from why502.observations.gateway import Site

SITE = Site(path="x", line=1)


def block(identity: str, listens: list[str], names: str = "") -> str:
    lines = "".join(f"listen {listen}; " for listen in listens)
    return f'server {{ {lines}{f"server_name {names};" if names else ""} return 200 "{identity}"; }}\n'


def ask(family: int, address: str, port: int, host: str) -> str:
    with socket.socket(family) as client:
        client.settimeout(5)
        client.connect((address, port))
        client.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while piece := client.recv(4096):
            got += piece
    return got.partition(b"\r\n\r\n")[2].decode()


@pytest.mark.parametrize("version", sorted(binaries()))
def test_chooses_as_nginx_does_between_addresses(tmp_path: Path, version: tuple[int, ...]) -> None:
    a, b, c, d = (free_port() for _ in range(4))
    http = (
        block("first", [f"{a}"], "one.test")
        + block("default", [f"*:{a} default_server", f"[::]:{a}"], "two.test")
        + block("specific", [f"127.0.0.2:{a}"], "three.test")
        + block("specific too", [f"127.0.0.2:{a}", f"127.0.0.3:{b}"], "one.test")
        + block("both families", [f"[::]:{c} ipv6only=off"], "one.test")
        + block("six", [f"[::1]:{c} default_server"], "six.test")
        + block("range", [f"127.0.0.1:{d}-{d}"], "one.test")
        + block("local", [f"localhost:{b}"], "one.test")
        + block("many names", [f"{a}"], ".dot.test *.star.test tail.* ~^re\\d+\\.test$ $hostname")
        + block("other", [f"{a}"], "dot.test www.star.test ~^re1")
    )
    hosts = ["one.test", "two.test", "three.test", "none", "x.dot.test", "dot.test", "www.star.test", "a.b.star.test"]
    hosts += ["tail.example", "tail", "re1.test", "re1.x", "six.test", "ONE.TEST:99"]
    places = [
        (socket.AF_INET, "127.0.0.1", a),
        (socket.AF_INET, "127.0.0.2", a),
        (socket.AF_INET, "127.0.0.3", a),
        (socket.AF_INET, "127.0.0.3", b),
        (socket.AF_INET, "127.0.0.1", b),
        (socket.AF_INET, "127.0.0.1", c),
        (socket.AF_INET, "127.0.0.1", d),
        (socket.AF_INET6, "::1", a),
        (socket.AF_INET6, "::1", c),
    ]
    with nginx(binaries()[version], tmp_path, http, a):
        index = read(tmp_path / "nginx.conf")
        for family, address, port in places:
            for host in hosts:
                chosen = index.choose(address, port, host.lower().partition(":")[0])
                assert chosen is not None
                (answer,) = [said for said in index.config.children(chosen.server.block) if said.name == "return"]
                assert answer.args[1] == ask(family, address, port, host), (address, port, host)
        assert index.choose("127.0.0.9", d, "one.test") is None
        assert index.choose("unix:/nowhere", 0, "one.test") is None


@pytest.mark.parametrize(
    ("written", "address", "port", "last"),
    [
        ("80", "0.0.0.0", 80, 80),
        ("8000-8010", "0.0.0.0", 8000, 8010),
        ("*:81", "0.0.0.0", 81, 81),
        ("127.0.0.1", "127.0.0.1", 80, 80),
        ("127.0.0.1:82", "127.0.0.1", 82, 82),
        ("[::]:83", "::", 83, 83),
        ("[0:0::1]", "::1", 80, 80),
        ("unix:/run/x.sock", "unix:/run/x.sock", 0, 0),
        ("name.test:84", "name.test", 84, 84),
    ],
)
def test_reads_listen(written: str, address: str, port: int, last: int) -> None:
    read = parse_listen((written, "ssl", "default_server", "backlog=5", "ipv6only=off", "proxy_protocol"), SITE)
    assert not isinstance(read, Problem)
    (listen,) = read
    assert (listen.address, listen.port, listen.last_port) == (address, port, last)
    assert (listen.ssl, listen.default, listen.proxy_protocol, listen.both_families, listen.http2) == (
        *[True] * 4,
        False,
    )


@given(st.text(max_size=30))
def test_takes_any_listen(written: str) -> None:
    read = parse_listen((written,), SITE)
    if not isinstance(read, Problem):
        assert read[0].port <= read[0].last_port <= 65_535


@pytest.mark.parametrize("written", ["", "0", "65536", "9-8", "[x]:80", "unix:", "a:b:c", "127.0.0.1:0"])
def test_refuses_bad_listens(written: str) -> None:
    assert isinstance(parse_listen((written,), SITE), Problem)
