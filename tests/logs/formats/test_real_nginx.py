from pathlib import Path

import pytest

from tests.logs.formats.real import IMITATES, backend, closed_port, get, lines_of, program, told, wait_for_lines
from tests.logs.formats.test_contract import first_read
from tests.stands.nginx import free_port, nginx
from why502.logs.recognition import chosen, from_directive, known_formats

LABELLED = (
    '\'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" \''
    ' \'"$http_user_agent" rt=$request_time us="$upstream_status" ua="$upstream_addr" \''
    ' \'uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time" c=$connection\''
)
JSON = (
    'escape=json \'{"time":"$time_iso8601","remote_addr":"$remote_addr","request":"$request",\''
    ' \'"status":$status,"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status",\''
    ' \'"upstream_connect_time":"$upstream_connect_time","upstream_header_time":"$upstream_header_time",\''
    ' \'"request_time":$request_time,"agent":"$http_user_agent"}\''
)
INGRESS = (
    '\'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" \''
    " '\"$http_user_agent\" $request_length $request_time [a-b-80] [] $upstream_addr $upstream_response_length '"
    " '$upstream_response_time $upstream_status $request_id'"
)
PATHS = ("/", "/missing", "/own", "/slow", "/refused", "/two", "/gone", "/static")

TOLD = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "upstream-answered-error"): 1,
    ("GET /slow", 504, "response-timeout"): 1,
    ("GET /refused", 502, "unknown"): 1,
    ("GET /two", 200, ""): 1,
    ("GET /gone", 502, "no-live-upstream"): 1,
    ("GET /static", 503, "unknown"): 1,
}
BY_STATUS = {key if not key[2] else (key[0], key[1], "unknown"): count for key, count in TOLD.items()}


def http(home: Path, port: int, app: int) -> str:
    refused = closed_port()
    return f"""
        log_format labelled {LABELLED};
        log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                        '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
        log_format json {JSON};
        log_format ingress {INGRESS};
        access_log {home}/combined.log;
        access_log {home}/labelled.log labelled;
        access_log {home}/main.log main;
        access_log {home}/json.log json;
        access_log {home}/ingress.log ingress;
        upstream two {{ server 127.0.0.1:{refused} max_fails=0; server 127.0.0.1:{app} backup; }}
        upstream gone {{ server 127.0.0.1:{refused} down; server 127.0.0.1:{app} down; }}
        proxy_read_timeout 300ms;
        server {{
            listen 127.0.0.1:{port};
            location / {{ proxy_pass http://127.0.0.1:{app}; }}
            location /refused {{ proxy_pass http://127.0.0.1:{refused}; }}
            location /two {{ proxy_pass http://two; }}
            location /gone {{ proxy_pass http://gone; }}
            location /static {{ return 503; }}
        }}"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = program("nginx")
    home = tmp_path_factory.mktemp("nginx")
    port = free_port()
    with backend() as app, nginx(path, home, http(home, port, app), port):
        for each in PATHS:
            get(port, each)
        wait_for_lines(home / "ingress.log", len(PATHS))
    return home


def test_combined(logs: Path) -> None:
    names, counts = told(lines_of(logs / "combined.log"))
    assert (names, counts) == (["nginx-combined"], BY_STATUS)


def test_main_of_the_packages(logs: Path) -> None:
    names, counts = told(lines_of(logs / "main.log"))
    assert (names, counts) == (["nginx"], BY_STATUS)


@pytest.mark.parametrize("name", ["labelled", "json"])
def test_values_are_found_unaided(logs: Path, name: str) -> None:
    names, counts = told(lines_of(logs / f"{name}.log"))
    assert (names, counts) == (["nginx"], TOLD)


@pytest.mark.parametrize(("name", "text"), [("labelled", LABELLED), ("json", JSON)])
def test_the_directive_says_the_same(logs: Path, name: str, text: str) -> None:
    form = from_directive(f"log_format {name} {text};", known_formats())
    assert form[0].name == "nginx"
    assert told(lines_of(logs / f"{name}.log"), (form,))[1] == TOLD


INGRESS_TELLS = {
    (key[0], key[1], key[2] if key[2] in ("", "no-live-upstream") else "unknown"): count for key, count in TOLD.items()
}


def test_ingress(logs: Path) -> None:
    names, counts = told(lines_of(logs / "ingress.log"))
    assert (names, counts) == (["ingress-nginx"], INGRESS_TELLS)


@pytest.mark.parametrize("name", ["ingress", "labelled", "json"])
def test_each_server_of_a_request_is_read(logs: Path, name: str) -> None:
    lines = lines_of(logs / f"{name}.log")
    ((_, plans),) = chosen(lines, known_formats())
    found = first_read(plans, next(each for each in lines if b" /two " in each))
    assert found is not None
    assert [each.status for each in found.attempts] == [b"502", b"200"]
    assert len({each.upstream for each in found.attempts}) == 2


def test_the_error_log_tells_the_failures(logs: Path) -> None:
    names, counts = told([each for each in lines_of(logs / "error.log") if b"[error]" in each])
    assert names == ["nginx-error"]
    assert {failure: count for (_, _, failure), count in counts.items()} == {
        "connect-refused": 2,
        "no-live-upstream": 1,
        "response-timeout": 1,
    }


def test_the_connection_number_joins(logs: Path) -> None:
    refused = next(each for each in lines_of(logs / "labelled.log") if b"/refused" in each)
    number = refused.rpartition(b" c=")[2]
    assert any(b" *" + number + b" connect() failed" in each for each in lines_of(logs / "error.log"))
    assert IMITATES.encode() not in refused
