"""A real HAProxy writes its logs, and they are read as what happened."""

import socket
import subprocess
from pathlib import Path

import pytest

from tests.logs.formats.real import (
    IMITATES,
    backend,
    closed_port,
    get,
    lines_of,
    program,
    running,
    told,
    until,
    wait_for_lines,
)
from tests.stands.nginx import free_port
from why502.logs.formats import haproxy_tcp
from why502.logs.recognition import from_directive, known_formats

ANSWERS = {"/": 200, "/missing": 404, "/own": 502, "/close": 502, "/slow": 504, "/refused": 503, "/none": 503}
TOLD = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "upstream-answered-error"): 1,
    ("GET /close", 502, "closed-before-response"): 1,
    ("GET /slow", 504, "response-timeout"): 1,
    ("GET /refused", 503, "connect-refused"): 1,
    ("GET /none", 503, "no-live-upstream"): 1,
}
CUSTOM = (
    '"%ci [%tr] %b/%s %Tw/%Tc/%Tr/%Ta %ST %tsc ua=%{+Q,+E}[capture.req.hdr(0)] %{+Q}r id=%[capture.req.hdr(0)] end"'
)


def configuration(home: Path, port: int, app: int, log: str, more: str) -> list[str]:
    """Write a configuration; give the command that runs it in the foreground."""
    (home / "cfg").write_text(f"""
global
    log stdout {log} local0
defaults
    mode http
    log global
    retries 0
    timeout connect 2s
    timeout client 5s
    timeout server 400ms
    option abortonclose
frontend web
    bind 127.0.0.1:{port}
    capture cookie session len 60
    {more}
    use_backend refusing if {{ path /refused }}
    use_backend nobody if {{ path /none }}
    default_backend app
backend app
    server s1 127.0.0.1:{app}
backend refusing
    server s1 127.0.0.1:{closed_port()}
backend nobody
""")
    return [program("haproxy"), "-db", "-f", str(home / "cfg")]


def requests_of(out: Path) -> list[bytes]:
    return [line for line in lines_of(out) if b" web" in line]


def asked(port: int) -> None:
    assert {path: get(port, path) for path in ANSWERS} == ANSWERS


@pytest.mark.parametrize("log", ["format raw", "format rfc5424", "format rfc3164", "format timed", "format short"])
@pytest.mark.parametrize("captured", [False, True], ids=["plain", "captures"])
def test_httplog_is_read(tmp_path: Path, log: str, captured: bool) -> None:
    more = (
        "capture request header User-Agent len 90\n    capture response header Content-Type len 20" if captured else ""
    )
    port = free_port()
    with (
        backend() as app,
        running(configuration(tmp_path, port, app, log, f"option httplog\n    {more}"), port, tmp_path),
    ):
        asked(port)
        until(lambda: len([line for line in requests_of(tmp_path / "out") if b"GET" in line]) == len(ANSWERS), "all")
        lines = [line for line in requests_of(tmp_path / "out") if b"GET" in line]
    names, counts = told(lines)
    assert (names, counts) == (["haproxy-http"], TOLD)


def test_clf_is_read(tmp_path: Path) -> None:
    port = free_port()
    with (
        backend() as app,
        running(configuration(tmp_path, port, app, "format raw", "option httplog clf"), port, tmp_path),
    ):
        asked(port)
        until(lambda: sum(b'"GET' in line for line in lines_of(tmp_path / "out")) == len(ANSWERS), "all")
        lines = [line for line in lines_of(tmp_path / "out") if b'"GET' in line]
    names, counts = told(lines)
    assert (names, counts) == (["haproxy-clf"], TOLD)


def test_a_format_of_ones_own_is_read(tmp_path: Path) -> None:
    """The client's name holds quotes and blanks: escaped it moves nothing, and bare it is not read."""
    port = free_port()
    directive = f"log-format {CUSTOM}"
    more = f"declare capture request len 99\n    http-request capture req.hdr(user-agent) id 0\n    {directive}"
    with backend() as app, running(configuration(tmp_path, port, app, "format raw", more), port, tmp_path):
        asked(port)
        until(lambda: sum(b'"GET' in line for line in lines_of(tmp_path / "out")) == len(ANSWERS), "all")
        lines = [line for line in lines_of(tmp_path / "out") if b'"GET' in line]
    assert all(IMITATES.encode() in line for line in lines)
    given = from_directive(directive, known_formats())
    names, counts = told(lines, (given,))
    assert (names, counts) == (["haproxy"], TOLD)
    _, counts = told([b"Nov 21 02:46:22 edge haproxy[1]: " + line for line in lines], (given,))
    assert counts == TOLD


def test_a_cookie_that_looks_like_a_state_is_none(tmp_path: Path) -> None:
    port = free_port()
    more = "option httplog\n    capture request header User-Agent len 90"
    with backend() as app, running(configuration(tmp_path, port, app, "format raw", more), port, tmp_path):
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            cookie = "session=1 - SD-- 1/1/0/0/0 0/0 {x"
            connection.sendall(f"GET / HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        until(lambda: any(b"session=1 - SD--" in line for line in requests_of(tmp_path / "out")), "it is logged")
        lines = [line for line in requests_of(tmp_path / "out") if b"session" in line]
    _, counts = told(lines)
    assert counts == {("-", 200, ""): 1}


def test_a_client_that_leaves_is_no_failure(tmp_path: Path) -> None:
    port = free_port()
    with backend() as app, running(configuration(tmp_path, port, app, "format raw", "option httplog"), port, tmp_path):
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: any(b"/slow" in line for line in requests_of(tmp_path / "out")), "it is logged")
        (line,) = [line for line in requests_of(tmp_path / "out") if b"/slow" in line]
    _, counts = told([line])
    assert b" C" in line
    assert sum(count for (_, _, failure), count in counts.items() if failure == "") == 1


def test_tcplog_is_read(tmp_path: Path) -> None:
    good, bad = free_port(), free_port()
    with backend() as app:
        (tmp_path / "cfg").write_text(f"""
global
    log stdout format raw local0
defaults
    mode tcp
    log global
    option tcplog
    retries 0
    timeout connect 2s
    timeout client 5s
    timeout server 300ms
listen good
    bind 127.0.0.1:{good}
    server s1 127.0.0.1:{app}
listen bad
    bind 127.0.0.1:{bad}
    server s1 127.0.0.1:{closed_port()}
""")
        with running([program("haproxy"), "-db", "-f", str(tmp_path / "cfg")], good, tmp_path):
            assert get(good, "/own") == 502
            assert get(bad, "/") == 0
            until(lambda: sum(b" bad bad/s1 " in line for line in lines_of(tmp_path / "out")) == 1, "it is logged")
            lines = [line for line in lines_of(tmp_path / "out") if b" bad bad/" in line or b" good good/" in line]
    names, counts = told(lines)
    assert names == [haproxy_tcp.NAME]
    assert counts["-", 0, "connect-refused"] == 1
    assert counts["-", 0, ""] == len(lines) - 1


def test_what_is_no_request_is_known(tmp_path: Path) -> None:
    port = free_port()
    secure = free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a", "-keyout", "key", "-out", "crt"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    (tmp_path / "pem").write_text((tmp_path / "crt").read_text() + (tmp_path / "key").read_text())
    more = f"option httplog\n    bind 127.0.0.1:{secure} ssl crt {tmp_path}/pem"
    with backend() as app:
        command = configuration(tmp_path, port, app, "format rfc5424", more)
        config = tmp_path / "cfg"
        config.write_text(
            config.read_text().replace(
                "backend nobody\n", f"backend nobody\n    server s1 127.0.0.1:{closed_port()} check inter 50\n"
            )
        )
        with running(command, port, tmp_path):
            with socket.create_connection(("127.0.0.1", secure), 5) as connection:
                connection.sendall(b"this is no TLS\r\n\r\n")
                connection.recv(100)
            until(lambda: any(b"SSL handshake" in line for line in lines_of(tmp_path / "out")), "the handshake failed")
            until(lambda: any(b"has no server" in line for line in lines_of(tmp_path / "out")), "the check failed")
        lines = wait_for_lines(tmp_path / "out", 3)
    names, counts = told([line for line in lines if line.startswith(b"<") and b"BADREQ" not in line])
    assert names == ["haproxy-error"]
    assert counts["-", 0, "connect-refused"] == 1
    assert counts["-", 0, "no-live-upstream"] == 1
    assert counts["-", 0, ""] >= 1
    assert not [key for key in counts if key[0] == "unparsed"]
