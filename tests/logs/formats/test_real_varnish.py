import shutil
from pathlib import Path

import pytest

from tests.logs.formats.real import backend, closed_port, get, program, running, told, until, wait_for_lines
from tests.stands.nginx import free_port
from why502.logs.recognition import from_directive, known_formats

CUSTOM = '%h %t "%m %U%q" "%r" %s %b %D "%{User-agent}i" %{Varnish:handling}x'
PATHS = ("/", "/missing", "/own", "/slow", "/refused")
BY_STATUS = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "unknown"): 1,
    ("GET /slow", 503, "unknown"): 1,
    ("GET /refused", 503, "unknown"): 1,
}


def vcl(app: int) -> str:
    return f"""vcl 4.1;
backend app {{ .host = "127.0.0.1"; .port = "{app}"; .first_byte_timeout = 0.5s; }}
backend closed {{ .host = "127.0.0.1"; .port = "{closed_port()}"; }}
sub vcl_recv {{ if (req.url == "/refused") {{ set req.backend_hint = closed; }} return (pass); }}
"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, writer = program("varnishd"), program("varnishncsa")
    if shutil.which("gcc") is None:
        pytest.skip("varnishd needs a compiler")
    home = tmp_path_factory.mktemp("varnish")
    port = free_port()
    with backend() as app:
        (home / "app.vcl").write_text(vcl(app))
        command = [path, "-F", "-n", f"{home}/n", "-j", "none", "-a", f"127.0.0.1:{port}", "-f", f"{home}/app.vcl"]
        command += ["-s", "default,8m"]
        with (
            running(command, port, home),
            running([writer, "-n", f"{home}/n", "-w", f"{home}/default.log"], port, home),
            running([writer, "-n", f"{home}/n", "-w", f"{home}/custom.log", "-F", CUSTOM], port, home),
        ):
            # The writers begin with what comes after they are there.
            def seen() -> bool:
                get(port, "/before")
                return all((home / each).exists() and (home / each).stat().st_size for each in LOGS)

            until(seen, "varnishncsa writes")
            for each in PATHS:
                get(port, each)
            for name in LOGS:
                until(lambda name=name: b"/refused" in (home / name).read_bytes(), f"{name} is written")
    return home


LOGS = ("default.log", "custom.log")


def lines(log: Path) -> list[bytes]:
    return [each for each in wait_for_lines(log, len(PATHS)) if b"/before" not in each]


def test_the_default(logs: Path) -> None:
    names, counts = told(lines(logs / "default.log"))
    assert (names, counts) == (["varnish"], BY_STATUS)


def test_a_directive(logs: Path) -> None:
    form = from_directive(f"varnishncsa -c -F '{CUSTOM}'", known_formats())
    assert form[0].name == "varnish"
    assert told(lines(logs / "custom.log"), (form,))[1] == BY_STATUS
