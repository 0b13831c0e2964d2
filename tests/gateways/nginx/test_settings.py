"""What is in force at a route: inheritance, defaults by version, headers as a real nginx sends them."""

import socket
import threading
from pathlib import Path

import pytest

from tests.gateways.nginx.test_routing import DEFAULTS, read
from tests.stands.nginx import binaries, free_port, nginx
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.routing import Decision, decide
from why502.gateways.nginx.tree import Loading
from why502.gateways.nginx.upstream import Target, UnixTarget
from why502.gateways.nginx.variables import RequestFor
from why502.observations.want import Protocols

OLD = (1, 22, 1)
NEW = (1, 31, 3)


def of(
    http: str, path: str = "/", version: tuple[int, ...] = OLD, headers: tuple[tuple[str, str], ...] = ()
) -> Decision:
    loading = Loading("/etc/nginx/nginx.conf", "/usr/share/nginx/")
    loading.give_file("/etc/nginx/nginx.conf", f"http {{\n{http}\n}}".encode())
    config = loading.config()
    assert not config.problems
    request = RequestFor(
        address="127.0.0.1", port=80, scheme="http", host="shop.test:80", path_and_query=path, headers=()
    )
    return decide(Index(config), request, version, DEFAULTS)


def test_takes_defaults_by_version() -> None:
    http = "upstream app { server 127.0.0.1:3000; } server { location / { proxy_pass https://app; } }"
    old, new = of(http), of(http, version=NEW)
    assert (old.settings.http_version, new.settings.http_version) == ("1.0", "1.1")
    assert (old.settings.headers, new.settings.headers) == ((("Connection", "close"),), ())
    assert (old.settings.tls_newest, new.settings.tls_newest) == ("TLSv1.2", "TLSv1.3")
    assert old.group is not None
    assert new.group is not None
    assert (old.group.keepalive, new.group.keepalive) == (None, 32)
    assert old.settings.host == "app"
    assert old.settings.connect_timeout == old.settings.read_timeout == old.settings.send_timeout == 60.0
    assert old.settings.buffer_size == 4096
    assert old.settings.server_name is None
    assert not old.settings.tls_verify
    assert old.settings.sites == ()


def test_inherits_values_one_by_one_and_lists_as_a_whole() -> None:
    decision = of(
        """proxy_read_timeout 5s; proxy_connect_timeout 500ms; proxy_buffer_size 8k;
        proxy_set_header Host $host;
        proxy_set_header X-Up up;
        proxy_next_upstream error timeout http_502;
        server {
            proxy_read_timeout 1m;
            location / {
                proxy_read_timeout "1m 30s"; proxy_set_header X-Here $request_uri; proxy_pass http://app:81/x; }
        }"""
    )
    settings = decision.settings
    assert (settings.read_timeout, settings.connect_timeout, settings.buffer_size) == (90.0, 0.5, 8192)
    assert settings.next_upstream == ("error", "timeout", "http_502")
    assert settings.headers == (("X-Here", "/"), ("Connection", "close"))
    assert settings.host == "app:81"
    assert str(settings.site("read_timeout")) == "/etc/nginx/nginx.conf:9"
    assert str(settings.site("connect_timeout")) == "/etc/nginx/nginx.conf:2"
    assert settings.site("send_timeout") is None


def test_takes_an_if_as_part_of_its_location() -> None:
    decision = of(
        """server { location / {
            proxy_set_header Host a; proxy_pass http://127.0.0.1:1; proxy_read_timeout 7;
            if ($request_method = GET) { proxy_pass http://127.0.0.1:2; }
            if ($arg_x) { set $y 1; } } }""",
        "/?x=1",
    )
    assert (decision.settings.host, decision.settings.read_timeout) == ("a", 7.0)
    assert decision.group is not None
    assert decision.group.servers[0].target == Target(host="127.0.0.1", port=1)


def test_does_not_inherit_a_pass_directive() -> None:
    decision = of("server { location / { proxy_pass http://127.0.0.1:1; location /in { } } }", "/in")
    assert decision.group is None
    assert decision.protocol is Protocols.NOTHING
    assert decision.asked == ("/usr/share/nginx/html/in",)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("", None),
        ("proxy_ssl_server_name on;", "app.test"),
        ("proxy_ssl_server_name on; proxy_ssl_name $host;", "shop.test"),
        ("proxy_ssl_server_name on; proxy_ssl_name 10.0.0.1;", None),
        ("proxy_ssl_server_name off; proxy_ssl_name x;", None),
    ],
)
def test_tells_the_name_sent_with_tls(written: str, name: str | None) -> None:
    decision = of(f"server {{ {written} proxy_ssl_verify on; location / {{ proxy_pass https://app.test:8443; }} }}")
    assert decision.settings.server_name == name
    assert decision.settings.tls
    assert decision.settings.tls_verify


def test_reads_groups() -> None:
    decision = of(
        """upstream App {
            zone app 64k; least_conn; keepalive 16; keepalive_timeout 5s;
            server 10.0.0.1:3000 weight=5 max_fails=0 fail_timeout=1m max_conns=7;
            server [::1] backup;
            server unix:/run/app.sock down;
            server app.test resolve;
        }
        resolver 127.0.0.53 valid=10s;
        server { location / { proxy_pass http://app; } }"""
    )
    group = decision.group
    assert group is not None
    assert (group.name, group.literal, group.method, group.zone) == ("App", False, "least_conn", "app")
    assert (group.keepalive, group.keepalive_timeout) == (16, 5.0)
    one, two, three, four = group.servers
    assert (one.weight, one.max_fails, one.fail_timeout, one.max_conns) == (5, 0, 60.0, 7)
    assert (two.target, two.backup) == (Target(host="::1", port=80), True)
    assert (three.target, three.down) == (UnixTarget(path="/run/app.sock"), True)
    assert (four.target, four.resolve) == (Target(host="app.test", port=80), True)
    assert decision.resolver is not None
    assert decision.resolver.servers == ("127.0.0.53",)


@pytest.mark.parametrize(
    ("directive", "protocol", "target"),
    [
        ("proxy_pass http://a.test", Protocols.HTTP, Target(host="a.test", port=80)),
        ("proxy_pass https://[::1]", Protocols.HTTP, Target(host="::1", port=443)),
        ("proxy_pass http://unix:/run/a.sock:/x", Protocols.HTTP, UnixTarget(path="/run/a.sock")),
        ("proxy_pass http://$host:8080$request_uri", Protocols.HTTP, Target(host="shop.test", port=8080)),
        ("fastcgi_pass 127.0.0.1:9000", Protocols.FASTCGI, Target(host="127.0.0.1", port=9000)),
        ("fastcgi_pass unix:/run/php.sock", Protocols.FASTCGI, UnixTarget(path="/run/php.sock")),
        ("uwsgi_pass uwsgi://127.0.0.1:3031", Protocols.UWSGI, Target(host="127.0.0.1", port=3031)),
        ("scgi_pass localhost:9000", Protocols.SCGI, Target(host="localhost", port=9000)),
        ("grpc_pass grpcs://a.test", Protocols.GRPC, Target(host="a.test", port=443)),
        ("grpc_pass 127.0.0.1:50051", Protocols.GRPC, Target(host="127.0.0.1", port=50051)),
    ],
)
def test_reads_pass_directives(directive: str, protocol: Protocols, target: Target | UnixTarget) -> None:
    decision = of(f"server {{ location / {{ {directive}; }} }}")
    assert decision.protocol is protocol
    assert decision.written == directive
    assert decision.group is not None
    assert decision.group.literal
    assert decision.group.servers[0].target == target


@pytest.mark.parametrize(
    ("http", "what"),
    [
        ("server { location / { proxy_pass http://$upstream_http_x; } }", "$upstream_http_x"),
        ("geo $g { default a; } server { location / { proxy_pass http://$g; } }", "$g"),
        ("server { if ($remote_addr = 1.2.3.4) { return 403; } }", "$remote_addr"),
        ("server { if (-f /etc/closed) { return 503; } }", "whether /etc/closed is there"),
        ('server { location ~ "(?R)" { } }', 'the regular expression "(?R)"'),
        ("map $g $h { default $h; } server { location / { proxy_pass http://$h; } }", "$g"),
        ("map x $h { default $h; } server { location / { proxy_pass http://$h; } }", "$h"),
    ],
)
def test_says_what_it_cannot_tell(http: str, what: str) -> None:
    assert of(http).unresolved == what


def test_says_where_a_failure_leads() -> None:
    decision = of(
        "server { error_page 502 504 @down; location / { proxy_pass http://127.0.0.1:1; } location @down { } }"
    )
    assert any("on 502, 504 nginx goes on to @down" in step for step in decision.steps)


def test_gives_the_parameters_of_a_script() -> None:
    decision = of(
        """root /srv/www; index index.php;
        server { location ~ ^(.+\\.php)(/.*)?$ {
            fastcgi_split_path_info ^(.+\\.php)(/.*)$;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param PATH_INFO $fastcgi_path_info;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_read_timeout 5m;
            fastcgi_pass unix:/run/php.sock; } }""",
        "/a.php/b?c=d",
    )
    assert decision.settings.script == (
        ("SCRIPT_FILENAME", "/srv/www/a.php"),
        ("PATH_INFO", "/b"),
        ("QUERY_STRING", "c=d"),
        ("REMOTE_ADDR", "$remote_addr"),
    )
    assert decision.settings.read_timeout == 300.0


@pytest.mark.parametrize("version", sorted(binaries()))
def test_sends_what_nginx_sends(tmp_path: Path, version: tuple[int, ...]) -> None:
    port = free_port()
    sock = tmp_path / "up.sock"
    locations = {
        "/a": f"proxy_pass http://unix:{sock};",
        "/b/": f"proxy_pass http://unix:{sock}:/x/;",
        "/c": f"proxy_set_header Host $http_host; proxy_set_header X-E $none; proxy_pass http://unix:{sock};",
        "/d": f"proxy_set_header Connection upgrade; proxy_http_version 1.1; proxy_pass http://unix:{sock};",
        "/e": 'proxy_set_header Connection ""; proxy_set_header X-Q "$arg_q;$scheme"; proxy_pass http://app;',
    }
    body = "\n".join(f"location {path} {{ {inside} }}" for path, inside in locations.items())
    http = f"""upstream app {{ server unix:{sock}; keepalive 2; }}
        server {{ listen 127.0.0.1:{port}; set $none ''; {body} }}"""
    heads: list[str] = []
    with socket.socket(socket.AF_UNIX) as listening, nginx(binaries()[version], tmp_path, http, port):
        listening.bind(str(sock))
        listening.listen()
        index = read(tmp_path / "nginx.conf")
        for path in locations:
            thread = threading.Thread(target=_answer_once, args=(listening, heads))
            thread.start()
            target = f"{path}%20x?q=1"
            with socket.create_connection(("127.0.0.1", port), 5) as client:
                client.sendall(f"GET {target} HTTP/1.1\r\nHost: Shop.test:1\r\nConnection: close\r\n\r\n".encode())
                while client.recv(4096):
                    pass
            thread.join(5)
            request = RequestFor(
                address="127.0.0.1", port=port, scheme="http", host="Shop.test:1", path_and_query=target, headers=()
            )
            settings = decide(index, request, version, DEFAULTS).settings
            line, *sent = heads[-1].split("\r\n")
            assert line == f"GET {settings.request_uri} HTTP/{settings.http_version}"
            wanted = {f"{name}: {value}" for name, value in settings.headers} | {f"Host: {settings.host}"}
            assert set(filter(None, sent)) == wanted


def _answer_once(listening: socket.socket, heads: list[str]) -> None:
    connection, _ = listening.accept()
    with connection:
        heads.append(connection.recv(65536).decode())
        connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
