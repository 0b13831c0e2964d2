import shutil
import subprocess
from pathlib import Path

import pytest

from tests.logs.formats.real import IMITATES, backend, closed_port, get, program, running, told, wait_for_lines
from tests.stands.nginx import free_port
from why502.logs.recognition import from_directive, known_formats

CUSTOM = (
    '$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $request_time '
    '$backend_host:$backend_port "$http_user_agent"'
)
PATHS = ("/", "/missing", "/own", "/slow", "/refused")
BY_STATUS = {
    ("GET /", 200, ""): 1,
    ("GET /missing", 404, ""): 1,
    ("GET /own", 502, "unknown"): 1,
    ("GET /slow", 504, "unknown"): 1,
    ("GET /refused", 502, "unknown"): 1,
}


def made(home: Path, http2: bool, extra: list[str]) -> list[bytes]:
    path = program("nghttpx")
    port = free_port()
    with backend() as app:
        command = [
            path,
            "--conf=/dev/null",
            f"--frontend=127.0.0.1,{port};no-tls",
            f"--backend=127.0.0.1,{app};/",
            f"--backend=127.0.0.1,{closed_port()};/refused",
            "--backend-read-timeout=1s",
            f"--accesslog-file={home}/access.log",
            f"--pid-file={home}/pid",
            "--workers=1",
            *extra,
        ]
        with running(command, port, home):
            for each in PATHS:
                if http2:
                    curl = [program("curl"), "-s", "--http2-prior-knowledge", "-A", IMITATES, "-m", "5"]
                    subprocess.run([*curl, f"http://127.0.0.1:{port}{each}"], check=False, capture_output=True)
                else:
                    get(port, each)
            return wait_for_lines(home / "access.log", len(PATHS))


def test_without_http2_it_is_combined(tmp_path: Path) -> None:
    names, counts = told(made(tmp_path, http2=False, extra=[]))
    assert (names, counts) == (["nginx-combined"], BY_STATUS)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_with_http2(tmp_path: Path) -> None:
    names, counts = told(made(tmp_path, http2=True, extra=[]))
    assert (names, counts) == (["nghttpx"], BY_STATUS)


def test_a_directive(tmp_path: Path) -> None:
    lines = made(tmp_path, http2=False, extra=[f"--accesslog-format={CUSTOM}"])
    form = from_directive(f"accesslog-format={CUSTOM}", known_formats())
    assert form[0].name == "nghttpx"
    assert told(lines, (form,))[1] == BY_STATUS
