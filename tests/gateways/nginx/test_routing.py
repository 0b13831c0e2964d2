"""The route, against what a real nginx does with generated configurations."""

import re
import socket
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.nginx.generated import Generator
from tests.stands.nginx import binaries, free_port, nginx
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.logplaces import Defaults
from why502.gateways.nginx.routing import Decision, Entry, all_routes, decide
from why502.gateways.nginx.tree import Loading, Read
from why502.gateways.nginx.variables import RequestFor

DEFAULTS = Defaults(error_log="stderr", access_log="/var/log/access.log")


def read(path: Path, prefix: str = "/") -> Index:
    loading = Loading(str(path), prefix)
    while wishes := loading.wanted():
        for wish in wishes:
            there = Path(wish.path)
            if isinstance(wish, Read):
                loading.give_file(wish.path, there.read_bytes() if there.is_file() else None)
            else:
                loading.give_names(wish.path, sorted(p.name for p in there.iterdir()) if there.is_dir() else None)
    return Index(loading.config())


def entry(path: str) -> Entry:
    there = Path(path)
    return Entry.DIRECTORY if there.is_dir() else Entry.FILE if there.exists() else Entry.ABSENT


def settled(index: Index, request: RequestFor, version: tuple[int, ...]) -> Decision:
    """Decide, look at the files that are asked for, and decide again."""
    disk: dict[str, Entry] = {}
    for _ in range(30):
        decision = decide(index, request, version, DEFAULTS, disk)
        if not decision.asked:
            return decision
        disk |= {path: entry(path) for path in decision.asked}
    pytest.fail("asks without end")


def ask(path: str, request: RequestFor) -> tuple[int, str]:
    """Send a request over a unix socket; return status and body, (444, "") where the connection was closed."""
    host = [] if request.host is None else [f"Host: {request.host}"]
    lines = [f"{request.method} {request.path_and_query} HTTP/1.{0 if request.host is None else 1}", *host]
    lines += [f"{name}: {value}" for name, value in request.headers or ()]
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(path.removeprefix("unix:"))
        client.sendall("\r\n".join([*lines, "Connection: close", "Content-Length: 0", "", ""]).encode("latin-1"))
        got = b""
        while piece := client.recv(65536):
            got += piece
    head, _, body = got.decode("latin-1").partition("\r\n\r\n")
    if not head:
        return 444, ""
    return int(head.split()[1]), body


def expected(decision: Decision) -> str:
    """Say what a decision lets come back, as `seen` says it of an answer."""
    if decision.group is not None:
        headers = dict(decision.settings.headers)
        settings = decision.settings
        return f"{headers.get('X-Id', '')}|{headers.get('X-V', '')}|{settings.host}|{settings.request_uri}"
    if decision.returns is None:
        return "FILE"
    return str(decision.returns)


def seen(status: int, body: str) -> str:
    if body.startswith("FILE"):
        return "FILE"
    return body if "|" in body else str(status)


def echoes(decision: Decision) -> bool:
    """Tell whether the echo takes this request: `$host` may be empty or a pattern, `$uri` may have a blank."""
    if decision.group is None:
        return True
    return (
        re.fullmatch(r"[\w.*-]+", decision.settings.host) is not None and " " not in f"{decision.settings.request_uri}"
    )


def agrees(decision: Decision, status: int, body: str) -> bool:
    if body.startswith("R:") and decision.group is None:
        return any(f'"{body}"' in step for step in decision.steps)
    return expected(decision) == seen(status, body)


def stand(home: Path) -> None:
    www = home / "www"
    (www / "a" / "c").mkdir(parents=True)
    for name in ("a.php", "x.html", "a/index.html", "a/b.txt"):
        (www / name).write_text(f"FILE {name}")


@pytest.mark.parametrize("version", sorted(binaries()))
def test_decides_as_nginx_does(tmp_path: Path, version: tuple[int, ...]) -> None:
    disagreements = []
    asked = 0
    reached = set()
    for batch in range(12 if version < (1, 23) else 4):
        random = Random(batch)
        home = tmp_path / str(batch)
        stand(home)
        generator = Generator(random, home)
        made = [generator.configuration() for _ in range(25)]
        port = free_port()
        http = generator.shared() + "\n".join(text for text, _ in made)
        http += f"\nserver {{ listen 127.0.0.1:{port}; }}"
        with nginx(binaries()[version], home, http, port):
            index = read(home / "nginx.conf", f"{home}/")
            assert not index.config.problems
            for text, path in made:
                for _ in range(24):
                    method, host, target, headers = generator.request()
                    request = RequestFor(
                        address=path,
                        port=0,
                        scheme="http",
                        host=host,
                        path_and_query=target,
                        method=method,
                        headers=headers,
                    )
                    decision = settled(index, request, version)
                    if decision.unresolved is not None or not echoes(decision):
                        continue
                    asked += 1
                    status, body = ask(path, request)
                    reached.add(body.split("|")[0] if "|" in body else status)
                    if not agrees(decision, status, body):
                        disagreements.append((request, text, decision, status, body))
    for request, text, decision, status, body in disagreements[:3]:
        lines = (text, request, *decision.steps, f"decided: {expected(decision)}", f"nginx: {status} {body}")
        sys.stdout.write("\n".join(map(str, lines)) + "\n")
    assert not disagreements, f"{len(disagreements)} of {asked}"
    assert asked > 2000
    assert len(reached) > 100


WORDS = """
    server http location if map upstream limit_except rewrite return set try_files error_page proxy_pass fastcgi_pass
    listen server_name alias root index internal break error_log access_log log_format resolver include
    proxy_set_header proxy_read_timeout = ~ ~* ^~ / /a @a =404 404 502 $uri $1 $a $b ( ) ($a -f != http://app
    http://$a unix:/x 80 default hostnames *.a ~(.*) last break '' default_server
""".split()  # noqa: SIM905
BLOCKS = ("server", "location /", "location", "location ~ (.)", "if ($a)", "if", "map $a $b", "upstream app")
BODY = st.recursive(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(lambda words: " ".join(words) + ";"),
    lambda inner: st.tuples(
        st.sampled_from(
            ("server", "location /", "location", "location ~ (.)", "if ($a)", "if", "map $a $b", "upstream app")
        ),
        st.lists(inner, max_size=6),
    ).map(lambda block: f"{block[0]} {{ {' '.join(block[1])} }}"),
    max_leaves=30,
)


@given(st.lists(BODY, max_size=6), st.text("/a.%?x=", max_size=8), st.text("a.:", max_size=4) | st.none())
def test_decides_whatever_the_files_say(body: list[str], path: str, host: str | None) -> None:
    loading = Loading("/n.conf")
    loading.give_file("/n.conf", f"http {{ {' '.join(body)} server {{ {' '.join(body)} }} }}".encode())
    index = Index(loading.config())
    request = RequestFor(address="127.0.0.1", port=80, scheme="http", host=host, path_and_query=f"/{path}")
    decision = decide(index, request, (1, 22, 1), DEFAULTS)
    assert decision.steps
    again = decide(index, request, (1, 29, 7), DEFAULTS, dict.fromkeys(decision.asked, Entry.FILE))
    assert again.steps
    assert len(all_routes(index)) <= 200


@given(st.binary(max_size=300))
def test_indexes_any_bytes(data: bytes) -> None:
    loading = Loading("/n.conf")
    loading.give_file("/n.conf", b"http { server { " + data)
    index = Index(loading.config())
    assert decide(
        index, RequestFor(address="::1", port=80, scheme="http", host="a", path_and_query="/"), (1, 22, 1), DEFAULTS
    ).steps


def test_lists_routes() -> None:
    loading = Loading("/n.conf")
    loading.give_file(
        "/n.conf",
        b"http { server { server_name a; location / { proxy_pass http://b; if ($c) { proxy_pass http://d; } }"
        b"location /e { location ~ f { fastcgi_pass g; } } } server { location @h { uwsgi_pass i; } } }",
    )
    assert [(listed.server, listed.location, listed.written) for listed in all_routes(Index(loading.config()))] == [
        ("a", "/", "proxy_pass http://b"),
        ("a", "/", "proxy_pass http://d"),
        ("a", "~ f", "fastcgi_pass g"),
        ("", "@h", "uwsgi_pass i"),
    ]


def test_decides_in_a_large_configuration_at_once() -> None:
    servers = "".join(
        f"server {{ listen 80; server_name s{n}; location / {{ proxy_pass http://u{n}; }} }}" for n in range(3000)
    )
    loading = Loading("/n.conf")
    loading.give_file("/n.conf", f"http {{ {servers} }}".encode())
    index = Index(loading.config())
    request = RequestFor(address="127.0.0.1", port=80, scheme="http", host="s2999", path_and_query="/", headers=())
    assert decide(index, request, (1, 22, 1), DEFAULTS).written == "proxy_pass http://u2999"
