from pathlib import Path

import pytest

from tests.logs.formats.real import backend, closed_port, get, lines_of, program, running, told, wait_for_lines
from tests.stands.nginx import free_port
from why502.logs.recognition import from_directive, known_formats

MODULES = Path("/usr/lib/apache2/modules")
WANTED = ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_balancer", "slotmem_shm", "lbmethod_byrequests")
CUSTOM = (
    r'"%h %l %u %t \"%r\" %>s %O %D us %{ms}T %X \"%{User-Agent}i\" %{BALANCER_WORKER_NAME}e '
    r'\"%{proxy-status}n\" %L"'
)
PATHS = ("/", "/missing", "/own", "/slow", "/refused", "/balanced/", "/balanced/own", "/close")
BY_STATUS = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "unknown"): 1,
    ("GET /slow", 502, "unknown"): 1,
    ("GET /refused", 503, "unknown"): 1,
    ("GET /balanced/", 200, ""): 1,
    ("GET /balanced/own", 502, "unknown"): 1,
    ("GET /close", 502, "unknown"): 1,
}
TOLD = {
    (route, status, "upstream-answered-error" if route.endswith("/own") else failure): count
    for (route, status, failure), count in BY_STATUS.items()
}


def configuration(home: Path, port: int, app: int) -> str:
    modules = "\n".join(f"LoadModule {each}_module {MODULES}/mod_{each}.so" for each in WANTED)
    return f"""
{modules}
ServerName a.example
ServerRoot {home}
PidFile {home}/pid
DefaultRuntimeDir {home}
Listen 127.0.0.1:{port}
ErrorLog {home}/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %O" common
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" vhost_combined
LogFormat {CUSTOM} custom
CustomLog {home}/common.log common
CustomLog {home}/combined.log combined
CustomLog {home}/vhost.log vhost_combined
CustomLog {home}/custom.log custom
ProxyTimeout 1
<Proxy balancer://app>
    BalancerMember http://127.0.0.1:{app}
</Proxy>
ProxyPass /refused http://127.0.0.1:{closed_port()}/refused
ProxyPass /balanced/ balancer://app/
ProxyPass / http://127.0.0.1:{app}/
"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = program("apache2")
    home = tmp_path_factory.mktemp("apache")
    port = free_port()
    with backend() as app:
        (home / "conf").write_text(configuration(home, port, app))
        with running([path, "-X", "-f", str(home / "conf")], port, home):
            for each in PATHS:
                get(port, each)
            wait_for_lines(home / "custom.log", len(PATHS))
    return home


@pytest.mark.parametrize("name", ["common", "combined", "vhost"])
def test_the_packaged_formats(logs: Path, name: str) -> None:
    names, counts = told([each for each in lines_of(logs / f"{name}.log") if b'"GET ' in each])
    assert (names, counts) == (["apache"], BY_STATUS)


def test_a_directive(logs: Path) -> None:
    form = from_directive(f"LogFormat {CUSTOM} custom", known_formats())
    assert form[0].name == "apache"
    lines = [each for each in lines_of(logs / "custom.log") if b'"GET ' in each]
    assert told(lines, (form,))[1] == TOLD


def test_the_error_log(logs: Path) -> None:
    names, counts = told(lines_of(logs / "error.log"))
    failures = {failure: count for (_, _, failure), count in counts.items() if failure}
    assert names == ["apache-error"]
    assert failures == {"connect-refused": 1, "response-timeout": 1, "closed-before-response": 1}
