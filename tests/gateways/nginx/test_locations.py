"""Which location takes a URI: what a real nginx answers."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways.nginx.test_routing import read
from tests.stands.gateway import Gateway, gateway
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.locations import Hit, Kind, find, kind_of
from why502.gateways.nginx.scopes import Scope, scope_of

SERVER = """
location = / { return 200 root; }
location / { return 200 any; }
location =/exact { return 200 exact; }
location /pre {
    return 200 prefix;
    location /pre/in { return 200 inner; }
    location ~ \\.x$ { return 200 inner-pattern; }
}
location ^~ /held/ { return 200 held; }
location ~ \\.php$ { return 200 php; }
location ~* \\.PNG$ { return 200 png; }
location ~ ^/first { return 200 first; }
location ~ ^/first/second { return 200 second; }
location /passed/ { proxy_pass http://127.0.0.1:1; }
location @named { return 200 named; }
"""
PATHS = {
    "/": "root",
    "/a": "any",
    "/exact": "exact",
    "/exact/": "any",
    "/pre": "prefix",
    "/prefix": "prefix",
    "/pre/in": "inner",
    "/pre/in/a.php": "php",
    "/pre/a.x": "inner-pattern",
    "/held/a.php": "held",
    "/a.php": "php",
    "/A.PHP": "any",
    "/a.png": "png",
    "/first/second": "first",
    "/@named": "any",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("locations"), SERVER) as running:
        yield running


@pytest.fixture(scope="module")
def index(made: Gateway) -> Index:
    return read(made.config)


def hit(index: Index, uri: str) -> Hit:
    server = next(each for each in index.servers if each.name == "shop.test")
    return find(scope_of(index.config, server.block), uri, lambda block: scope_of(index.config, block))


def returned(scope: Scope) -> str:
    return scope.named["return"][0].args[1]


@pytest.mark.parametrize(("path", "word"), PATHS.items())
def test_finds_the_location_that_nginx_takes(path: str, word: str, made: Gateway, index: Index) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{made.port}{path}", headers={"Host": "shop.test"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.read().decode() == word
    found = hit(index, path)
    assert returned(found.scopes[-1]) == word
    assert len(found.steps) == len(found.scopes)
    assert str(made.config) in found.steps[-1]


def test_a_slash_that_is_missing_before_a_pass_is_a_redirect(made: Gateway, index: Index) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    request = urllib.request.Request(f"http://127.0.0.1:{made.port}/passed", headers={"Host": "shop.test"})
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.build_opener(Stay).open(request, timeout=10)
    told.value.close()
    assert told.value.code == 301
    found = hit(index, "/passed")
    assert found.slash
    assert found.final


def test_reads_how_a_location_is_compared(tmp_path: Path) -> None:
    path = tmp_path / "nginx.conf"
    words = ["= /a", "=/a", "^~ /a", "~ a", "~* a", "/a", "@a", '"/a b"']
    path.write_text("http { server {" + "".join(f"location {each} {{ }}" for each in words) + "} }")
    index = read(path)
    blocks = scope_of(index.config, index.servers[0].block).named["location"]
    assert [kind_of(block) for block in blocks] == [
        (Kind.EXACT, "/a"),
        (Kind.EXACT, "/a"),
        (Kind.PREFERRED, "/a"),
        (Kind.PATTERN, "a"),
        (Kind.CASELESS, "a"),
        (Kind.PREFIX, "/a"),
        (Kind.NAMED, "@a"),
        (Kind.PREFIX, "/a b"),
    ]
