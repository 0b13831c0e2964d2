"""A real Caddy writes its access and error lines, and they are read as what happened."""

import json
import socket
from pathlib import Path

from tests.logs.formats.real import backend, closed_port, get, lines_of, program, running, told, until
from tests.stands.nginx import free_port
from why502.logs.formats import caddy, caddy_error
from why502.logs.reading import read

PATHS = {"/": 200, "/missing": 404, "/own": 502, "/close": 502, "/slow": 504, "/refused": 502, "/none": 503}


def configuration(home: Path, port: int, app: int) -> list[str]:
    """Write a configuration; give the command that runs it in the foreground."""

    def proxy(*upstreams: int) -> list[dict[str, object]]:
        transport = {"protocol": "http", "response_header_timeout": 400_000_000}
        dials = [{"dial": f"127.0.0.1:{each}"} for each in upstreams]
        return [{"handler": "reverse_proxy", "upstreams": dials, "transport": transport}]

    routes = [
        {"match": [{"path": ["/refused"]}], "handle": proxy(closed_port())},
        {"match": [{"path": ["/none"]}], "handle": proxy()},
        {"handle": proxy(app)},
    ]
    server = {"listen": [f"127.0.0.1:{port}"], "automatic_https": {"disable": True}, "logs": {}, "routes": routes}
    log = {"writer": {"output": "file", "filename": str(home / "log")}, "encoder": {"format": "json"}}
    (home / "config.json").write_text(
        json.dumps(
            {
                "admin": {"disabled": True, "config": {"persist": False}},
                "storage": {"module": "file_system", "root": str(home)},
                "logging": {"logs": {"default": log}},
                "apps": {"http": {"http_port": port, "servers": {"s": server}}},
            }
        )
    )
    return [program("caddy"), "run", "--config", str(home / "config.json")]


def requests_of(log: Path) -> list[bytes]:
    return [line for line in lines_of(log) if b"http.log.access" in line]


def test_both_logs_are_read_and_agree(tmp_path: Path) -> None:
    port = free_port()
    with backend() as app, running(configuration(tmp_path, port, app), port, tmp_path):
        assert {path: get(port, path) for path in PATHS} == PATHS
        until(lambda: len(requests_of(tmp_path / "log")) == len(PATHS), "all are logged")
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: len(requests_of(tmp_path / "log")) == len(PATHS) + 1, "the client's leaving is logged")
        lines = lines_of(tmp_path / "log")
    names, counts = told(lines)
    assert sorted(names) == [caddy.NAME, caddy_error.NAME]
    assert not [key for key in counts if key[0] == "unparsed"]
    left = sum(count for (_, status, failure), count in counts.items() if status in (0, 499) and not failure)
    assert left >= 1
    requests = {key: count for key, count in counts.items() if key[2] in ("", "unknown") and key[1] not in (0, 499)}
    assert requests == {(f"GET {path}", status, "unknown" if status > 500 else ""): 1 for path, status in PATHS.items()}
    messages = {key for key in counts if key[2] not in ("", "unknown")}
    assert messages == {
        ("GET /close", 502, "closed-before-response"),
        ("GET /slow", 504, "response-timeout"),
        ("GET /refused", 502, "connect-refused"),
        ("GET /none", 503, "no-live-upstream"),
    }


def test_an_error_line_has_the_key_of_its_request(tmp_path: Path) -> None:
    port = free_port()
    with backend() as app, running(configuration(tmp_path, port, app), port, tmp_path):
        get(port, "/refused")
        until(lambda: requests_of(tmp_path / "log"), "it is logged")
        lines = tuple(lines_of(tmp_path / "log"))
    (access,) = [found for line in lines if (found := read(caddy.FORMAT.plans(lines)[0], line)) is not None]
    (error,) = [found for line in lines if (found := read(caddy_error.FORMAT.plans(lines)[0], line)) is not None]
    assert access.key == error.key != b""
    assert (access.client, access.target) == (error.client, error.target) == (b"127.0.0.1", b"/refused")
