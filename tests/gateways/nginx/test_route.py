"""The way of one request through a running nginx, with the addresses that its names stand for there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stands.gateway import Gateway, gateway, newest, oldest
from tests.stands.surveying import fact, facts, found
from why502.observations.gateway import RouteTaken, Server
from why502.observations.subjects import Endpoint, Route, SocketPath
from why502.observations.want import As, Protocols, TlsAs

HTTP = """
upstream group {
    server 127.0.0.1:3001 weight=2; server [::1]:3002 backup; server unix:{base}/app.sock down;
    keepalive 4;
}
server {
    listen 127.0.0.1:{port}; server_name *.shop.test; proxy_read_timeout 7s;
    location / { proxy_pass https://localhost:3443; }
}
"""
SERVER = """
location / { proxy_pass http://group; proxy_connect_timeout 2s; }
location /plain { return 410; }
location /var { set $to app; proxy_pass http://$to:$arg_port; }
location ~ \\.php$ { root {base}/www; try_files $uri =404; fastcgi_pass unix:{base}/fpm.sock; }
location /site/ { root {base}/www; index index.html index.php; }
location /linked { alias {base}/link; try_files $uri @app; }
location @app { proxy_pass http://127.0.0.1:3009; }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    base = tmp_path_factory.mktemp("route")
    for folder in (base, *base.parents[:2]):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o055)
    (base / "www/site").mkdir(parents=True)
    (base / "www/here.php").touch()
    (base / "www/site/index.php").touch()
    (base / "link").symlink_to("www/here.php")
    server = SERVER.replace("{base}", str(base))
    with gateway(base, server, http=HTTP.replace("{base}", str(base)), program=oldest()) as running:
        yield running


def asked(made: Gateway, path: str = "/", host: str = "shop.test") -> RouteTaken:
    return fact(made, RouteTaken, As(host=host, path=path, arrives=("127.0.0.1", made.port)))


def test_tells_server_location_group_and_settings(made: Gateway) -> None:
    route = asked(made)
    assert isinstance(route.about, Route)
    assert (route.about.server, route.about.location, route.about.gateway.pid) == ("shop.test", "/", made.pid)
    assert (route.protocol, route.written) == (Protocols.HTTP, "proxy_pass http://group")
    assert route.loaded
    assert route.settings.connect_timeout == 2.0
    assert route.group is not None
    assert (route.group.name, route.group.keepalive) == ("group", 4)
    first, second, third = route.group.servers
    assert (first.weight, second.backup, third.down) == (2, True, True)
    assert [literals(each) for each in route.group.servers] == [
        ["127.0.0.1:3001"],
        ["[::1]:3002"],
        [f"unix:{made.base}/app.sock"],
    ]
    assert str(route.site) in route.seen.raw


def literals(server: Server) -> list[str]:
    return [str(address) for address in server.addresses]


def test_addresses_are_those_of_the_gateways_place(made: Gateway) -> None:
    group = asked(made).group
    assert group is not None
    places = [address.place for server in group.servers for address in server.addresses]
    tcp, _, unix = (address for server in group.servers for address in server.addresses)
    assert isinstance(tcp, Endpoint)
    assert isinstance(unix, SocketPath)
    assert all(place.net is not None for place in places)
    assert tcp.place.mnt is None
    assert unix.place.mnt is not None


def test_a_name_stands_for_its_addresses(made: Gateway) -> None:
    route = asked(made, host="www.shop.test")
    assert route.settings.tls
    assert route.settings.read_timeout == 7.0
    assert route.group is not None
    assert "127.0.0.1:3443" in literals(route.group.servers[0])
    assert isinstance(route.about, Route)
    assert route.about.server == "*.shop.test"


def test_who_names_nobody_gets_the_default_server(made: Gateway) -> None:
    assert asked(made, host="other.test").settings.read_timeout == 7.0, "the first server of the socket"
    assert made.status(host="other.test") == 502


def test_an_answer_of_its_own_has_no_group(made: Gateway) -> None:
    route = asked(made, "/plain")
    assert (route.returns, route.group, route.protocol) == (410, None, Protocols.NOTHING)
    assert made.status("/plain") == 410


def test_what_a_variable_leaves_open_is_told(made: Gateway) -> None:
    route = asked(made, "/var?port=9")
    assert route.written.startswith("proxy_pass http://$to")
    assert route.group is not None
    assert literals(route.group.servers[0]) == []
    assert route.group.servers[0].written == "app:9"


def test_files_that_are_tried_are_looked_at(made: Gateway) -> None:
    present, absent = asked(made, "/here.php"), asked(made, "/gone.php")
    assert present.group is not None
    assert literals(present.group.servers[0]) == [f"unix:{made.base}/fpm.sock"]
    assert (absent.group, absent.returns) == (None, 404)
    assert (made.status("/here.php"), made.status("/gone.php")) == (502, 404)


def test_an_index_of_a_directory_is_looked_at(made: Gateway) -> None:
    route = asked(made, "/site/")
    assert route.protocol is Protocols.FASTCGI
    assert made.status("/site/") == 502


def test_links_are_followed(made: Gateway) -> None:
    assert asked(made, "/linked").group is None
    assert made.status("/linked") == 200
    gone = made.base / "link"
    gone.unlink()
    try:
        found_ = asked(made, "/linked")
        assert found_.group is not None
        assert literals(found_.group.servers[0]) == ["127.0.0.1:3009"]
        gone.symlink_to("link")
        assert asked(made, "/linked").written, "a link to itself ends"
    finally:
        gone.unlink()
        gone.symlink_to("www/here.php")


def test_a_file_that_came_later_dates_the_route(made: Gateway) -> None:
    before = asked(made, "/late.php")
    late = made.base / "www/late.php"
    late.touch()
    after = asked(made, "/late.php")
    late.unlink()
    assert before.since is not None
    assert after.since is not None
    assert after.since.timestamp() > before.since.timestamp()
    assert after.loaded


def test_only_a_request_that_arrives_somewhere_has_a_route(made: Gateway) -> None:
    assert facts(made, RouteTaken) == ()
    assert facts(made, RouteTaken, As(host="shop.test")) == ()
    assert facts(made, RouteTaken, As(host="shop.test", arrives=("127.0.0.1", 1))) == ()


def test_the_scheme_is_that_of_the_request(open_path: Path) -> None:
    server = "location / { if ($scheme = https) { return 421; } return 420; }"
    with gateway(open_path / "g", server, program=newest()) as made:
        arrives = ("127.0.0.1", made.port)
        assert fact(made, RouteTaken, As(host="shop.test", arrives=arrives)).returns == 420
        over_tls = As(host="shop.test", arrives=arrives, tls=TlsAs(server_name="shop.test"))
        assert isinstance(found(made, RouteTaken, over_tls), tuple)
