"""Every route of a running nginx, and that a client gets to each as listed."""

from pathlib import Path

from tests.stands.gateway import gateway
from tests.stands.nginx import free_port
from tests.stands.surveying import facts
from why502.observations.gateway import RouteListed

HTTP = """
server { listen unix:{base}/only.sock; location / { proxy_pass http://127.0.0.1:1; } }
server { listen 127.0.0.1:{proxied} proxy_protocol; location / { proxy_pass http://127.0.0.1:2; } }
server {
    listen unix:{base}/also.sock; listen [::1]:{other}; listen 127.0.0.1:{other}; server_name a.test b.test;
    location = /exact { uwsgi_pass unix:/run/a.sock; }
    location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }
    location / { return 200; }
}
"""


def test_lists_what_a_tcp_client_can_get_to(open_path: Path) -> None:
    base = open_path / "g"
    http = HTTP.replace("{base}", str(base))
    for name in ("{proxied}", "{other}"):
        http = http.replace(name, str(free_port()))
    server = "location /in { location /in/ner { proxy_pass http://127.0.0.1:1/x; } }"
    with gateway(base, server, http=http) as made:
        routes = facts(made, RouteListed)
        assert made.status("/in/ner") == 502
    assert [(each.name, each.location, each.written) for each in routes] == [
        ("a.test", "= /exact", "uwsgi_pass unix:/run/a.sock"),
        ("a.test", "~ \\.php$", "fastcgi_pass 127.0.0.1:9000"),
        ("shop.test", "/in/ner", "proxy_pass http://127.0.0.1:1/x"),
    ]
    assert (routes[0].address, routes[0].tls) == ("::1", False)
    assert (routes[2].address, routes[2].port) == ("127.0.0.1", made.port)
    assert all(each.site.path == str(made.config) and each.seen.source == str(each.site) for each in routes)
    lines = made.config.read_text().splitlines()
    assert all(each.written in lines[each.site.line - 1] for each in routes)


def test_a_gateway_without_routes_lists_none(open_path: Path) -> None:
    with gateway(open_path / "g", "return 200;") as made:
        assert facts(made, RouteListed) == ()
