"""Variables, against what a real nginx puts in their place."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.nginx.test_routing import read
from tests.stands.gateway import Gateway, gateway, newest
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.patterns import Unknown
from why502.gateways.nginx.scopes import scope_of
from why502.gateways.nginx.variables import RequestFor, State

NAMES = re.findall(
    r"\w+",
    """
    uri document_uri request_uri args query_string is_args host scheme https server_port server_addr server_name
    request_method document_root request_filename content_type content_length http_x_twice http_nothing cookie_a
    cookie_none arg_b arg_none color tone kind proxy_add_x_forwarded_for remote_addr
    """,
)
HTTP = """
map $arg_b $color { default grey; 1 red; ~^2(?<rest>.*)$ "blue$rest"; }
map $host $tone { hostnames; default none; *.shop.test dark; shop.test light; }
map $color$tone $kind { ~^red(.+) $1; default other; }
"""
PATHS = ("/", "/a%20b?b=1&c=2", "/x/../y//z?b=2zz", "/?B=1", "/?b=", "/?b=3#f")
HOSTS = ("shop.test", "WWW.shop.test", "shop.test:81", "other.test")
HEADERS = (("X-Twice", "1"), ("X-Twice", "2"), ("Cookie", "z=1; A=two; b=3"), ("X-Forwarded-For", "192.0.2.1"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    told = "".join(f"{name}=${name}\\n" for name in NAMES)
    with gateway(
        tmp_path_factory.mktemp("variables"),
        f'root www; location / {{ return 200 "{told}"; }}',
        http=HTTP,
        program=newest(),
    ) as it:
        yield it


@pytest.fixture(scope="module")
def index(made: Gateway) -> Index:
    return read(made.config, f"{made.base}/")


def answered(made: Gateway, path: str, host: str) -> dict[str, str]:
    lines = [f"GET {path} HTTP/1.0", f"Host: {host}", *(f"{name}: {value}" for name, value in HEADERS), "", ""]
    with socket.create_connection(("127.0.0.1", made.port), 10) as client:
        client.sendall("\r\n".join(lines).encode())
        got = b""
        while piece := client.recv(65536):
            got += piece
    body = got.partition(b"\r\n\r\n")[2].decode()
    return dict(line.split("=", 1) for line in body.splitlines())


def state(index: Index, path: str, host: str, port: int = 80) -> State:
    request = RequestFor(
        address="127.0.0.1",
        port=port,
        scheme="http",
        host=host,
        path_and_query=path,
        headers=HEADERS,
        client="127.0.0.1",
    )
    chosen = index.default("127.0.0.1", port)
    assert chosen is not None
    found = State(index, request, chosen)
    found.chain = (index.main, index.http(chosen.server), scope_of(index.config, chosen.server.block))
    return found


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", PATHS)
def test_values_are_those_that_nginx_writes(path: str, host: str, made: Gateway, index: Index) -> None:
    real = answered(made, path, host)
    mine = state(index, path, host, made.port)
    mine.uri, mine.args = real["uri"], real["args"]
    assert {name: mine.value(name) for name in NAMES} == real


def test_what_files_do_not_tell_is_unknown_and_what_nobody_sets_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "nginx.conf"
    path.write_text(
        "http { geo $far { default 1; } server { location / { set $set 1; auth_request_set $who $upstream_http_x; } } }"
    )
    found = state(read(path), "/", "shop.test")
    assert isinstance(found.value("far"), Unknown)
    assert isinstance(found.value("who"), Unknown)
    assert isinstance(found.value("realpath_root"), Unknown)
    assert isinstance(found.value("no_such_thing"), Unknown)
    assert found.value("set") == ""
    assert found.told("$set/$far/$scheme") == "/$far/http"


def test_a_map_of_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "nginx.conf"
    path.write_text("http { map $a $b { default $a; } map $b $a { default $b; } server { } }")
    assert isinstance(state(read(path), "/", "shop.test").value("a"), Unknown)


@given(template=st.text() | st.text(alphabet="${}a1_~"))
def test_any_template_expands(template: str, made: Gateway, index: Index) -> None:
    found = state(index, "/", "shop.test", made.port)
    assert isinstance(found.expand(template), str | Unknown)
    assert isinstance(found.told(template), str)
