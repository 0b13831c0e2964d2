"""Where the logs are, at a place and everywhere."""

from tests.gateways.nginx.test_settings import of
from why502.gateways.nginx.listeners import Index
from why502.gateways.nginx.logplaces import COMBINED, Defaults, everywhere
from why502.gateways.nginx.tree import Loading
from why502.observations.gateway import LogPlace

DEFAULTS = Defaults(error_log="stderr", access_log="/var/log/access.log")


def test_takes_the_compiled_in_places() -> None:
    decision = of("server { }")
    assert [log.place.path for log in decision.error_logs] == ["stderr"]
    assert [log.place for log in decision.access_logs] == [LogPlace(path="/var/log/access.log", format=COMBINED)]


def test_takes_the_innermost_list() -> None:
    decision = of(
        """log_format main escape=json '$remote_addr ' "$status";
        log_format other $status;
        access_log logs/all.log main; error_log logs/e.log warn; error_log syslog:server=x crit;
        server { access_log /a.log other if=$x; access_log /b.log; location / { error_log /loc.log info; } }"""
    )
    assert [(log.place.path, log.level) for log in decision.error_logs] == [("/loc.log", "info")]
    one, two = decision.access_logs
    assert (one.place.path, one.place.format, one.format_name, one.sometimes) == ("/a.log", "$status", "other", True)
    assert (two.place.path, two.place.format) == ("/b.log", COMBINED)


def test_joins_the_parts_of_a_format() -> None:
    decision = of("log_format main escape=json '$remote_addr ' \"$status\"; access_log logs/all.log main; server { }")
    (log,) = decision.access_logs
    assert log.place == LogPlace(path="/usr/share/nginx/logs/all.log", format="$remote_addr $status", escape="json")
    assert str(log.site) == "/etc/nginx/nginx.conf:2"


def test_takes_off_as_none() -> None:
    assert of("access_log /a.log; server { access_log off; }").access_logs == ()


def test_lists_all() -> None:
    loading = Loading("/n.conf")
    loading.give_file(
        "/n.conf",
        b"""error_log /main.log; http { access_log /h.log; error_log /main.log;
        server { access_log off; error_log "/s.log" debug; location / { access_log /l.log nosuch buffer=1k; } } }""",
    )
    index = Index(loading.config())
    errors, access = everywhere(index.config, (index.main, *index.https.values()), DEFAULTS)
    assert [(log.place.path, log.level) for log in errors] == [("/main.log", "error"), ("/s.log", "debug")]
    assert [(log.place.path, log.format_name) for log in access] == [("/h.log", "combined"), ("/l.log", "nosuch")]
