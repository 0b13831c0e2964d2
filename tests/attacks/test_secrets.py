"""No secret passes: a canary in every kind of input is in no report of any format, and in no bundle."""

import base64
import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import why502
from tests.attacks.audit import audited
from tests.attacks.site import Counting, site
from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Upstream
from tests.vantages import HERE, Paper
from why502.diagnosis.options import Options
from why502.report.model import Report
from why502.vantage.base import Raw, ReadOnly
from why502.vantage.recording import Recording


def canary(where: str) -> str:
    """A secret that cannot be mistaken, and looks like one."""
    return f"cN4ry{where}9fQ2x8Lm3Z"


HEADERS = (
    ("Cookie", f"session={canary('Cookie')}"),
    ("Authorization", f"Bearer {canary('Bearer')}"),
    ("Proxy-Authorization", "Basic " + base64.b64encode(f"user:{canary('Basic')}".encode()).decode()),
    ("X-Api-Key", canary("ApiKey")),
)
CONFIGURED = f"""
proxy_set_header Authorization "Bearer {canary("Config")}";
proxy_set_header X-Api-Key {canary("ConfigKey")};
proxy_set_header Cookie "sid={canary("ConfigCookie")}";
"""
LOGGED = (
    "2026/11/21 12:00:00 [error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream, "
    f'client: 127.0.0.1, server: , request: "GET /?token={canary("Log")}&password={canary("LogPassword")} HTTP/1.1", '
    f'upstream: "http://user:{canary("LogUser")}@127.0.0.1:1/", host: "x", referrer: "https://u:{canary("Referrer")}@x/"\n'
)


def plain(bundle: Path) -> str:
    """All that a bundle says, with what is packed or encoded in it unpacked."""
    data = bundle.read_bytes()
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            data = unpack(data)
        except (OSError, zlib.error):
            continue
        break
    text = data.decode("utf-8", "replace")
    return "\n".join(piece for line in text.splitlines() for piece in pieces(line))


def pieces(line: str) -> Iterator[str]:
    yield line
    try:
        value = json.loads(line)
    except ValueError:
        return
    yield from decoded(value)


def decoded(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from decoded(key)
            yield from decoded(each)
    elif isinstance(value, list):
        for each in value:
            yield from decoded(each)
    elif isinstance(value, str):
        yield value
        try:
            yield base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except ValueError:
            return


def told(report: Report, bundle: Path) -> str:
    written = [report.to_text(verbose=True, width=200), report.to_json(), report.to_html(), report.to_markdown()]
    return "\n".join((*written, plain(bundle)))


@contextmanager
def process_with_secret() -> Iterator[None]:
    """A process whose command line and environment hold secrets."""
    words = [
        sys.executable,
        "-c",
        "import sys; print(flush=True); sys.stdin.read()",
        f"--db-password={canary('Argument')}",
        "--token",
        canary("Word"),
    ]
    environment = {"DATABASE_URL": f"postgres://app:{canary('Url')}@db/x", "SECRET_KEY": canary("Environment")}
    running = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        running.stdout.readline()
        yield
    finally:
        running.stdin.close()
        running.wait(10)
        running.stdout.close()


def leaked(text: str) -> list[str]:
    return sorted({text[at : at + 24] for at in range(len(text)) if text.startswith("cN4ry", at)})


def test_no_canary_of_a_site_is_in_any_report_or_bundle(open_path: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    answer = (
        f"HTTP/1.1 502 Bad Gateway\r\nSet-Cookie: s={canary('SetCookie')}; Path=/\r\nX-Api-Key: {canary('Answer')}\r\n"
        f'Content-Type: application/json\r\nConnection: close\r\n\r\n{{"password": "{canary("Body")}"}}'
    ).encode()
    with process_with_secret(), site(open_path, answer, CONFIGURED) as stand:
        with (open_path / "error.log").open("a") as log:
            log.write(LOGGED)
        url = stand.url.replace("//", f"//user:{canary('UrlPassword')}@") + f"/?access_token={canary('Query')}"
        report = why502.diagnose(url, Options(headers=HEADERS, since=1e6), bundle=bundle)
    assert report.answer is not None
    assert report.answer.status == 502
    assert leaked(told(report, bundle)) == []


@pytest.mark.parametrize("echo", ["Authorization: {}", "Set-Cookie: s={}"])
def test_no_canary_of_a_user_in_the_url(open_path: Path, tmp_path: Path, echo: str) -> None:
    bundle = tmp_path / "bundle"
    basic = base64.b64encode(f"user:{canary('UrlUser')}".encode()).decode()
    answer = f"HTTP/1.1 502 Bad Gateway\r\n{echo.format(f'Basic {basic}')}\r\nConnection: close\r\n\r\n".encode()
    with site(open_path, answer) as stand:
        url = stand.url.replace("//", f"//user:{canary('UrlUser')}@")
        report = why502.diagnose(url, Options(tries=1, deadline=3.0), bundle=bundle)
        assert any(basic.encode() in head for head in stand.upstream.heads), "it was sent"
    assert report.incidents
    assert leaked(told(report, bundle)) == []
    assert basic not in told(report, bundle)


@pytest.mark.parametrize("where", ["header", "line"])
def test_no_canary_of_a_refused_upstream(open_path: Path, tmp_path: Path, where: str) -> None:
    bundle = tmp_path / "bundle"
    port, dead = free_port(), free_port()
    http = f"server {{ listen 127.0.0.1:{port}; location / {{ {CONFIGURED} proxy_pass http://127.0.0.1:{dead}; }} }}"
    with process_with_secret(), nginx(program(old=True)[1], open_path, http, port):
        options = Options(headers=HEADERS if where == "header" else ())
        report = why502.diagnose(f"http://127.0.0.1:{port}/login?password={canary('Line')}", options, bundle=bundle)
    assert report.incidents
    assert leaked(told(report, bundle)) == []


def test_no_canary_is_in_what_the_command_line_writes(open_path: Path) -> None:
    with site(open_path, more=CONFIGURED) as stand:
        words = [word for name, value in HEADERS for word in ("-H", f"{name}: {value}")]
        url = stand.url.replace("//", f"//user:{canary('UrlPassword')}@")
        for more in (["-v"], ["--json"], ["--format", "html"], ["--format", "markdown"], ["-q"]):
            run = audited(open_path, *more, *words, "--data", f"password={canary('Data')}", url)
            assert leaked(run.out + run.err) == []
        wrong = audited(open_path, "-H", f"Authorization {canary('Wrong')}", url)
        assert wrong.status == 2
        assert leaked(wrong.err) == []
        wrong = audited(open_path, url.replace("http:", "ftp:"))
        assert leaked(wrong.err) == []


def test_no_canary_of_a_unit_passes_the_recording() -> None:
    import asyncio

    shown = (
        "Id=shop.service\nEnvironment=DB_PASSWORD=" + canary("Unit") + " MODE=production\n"
        "ExecStart={ path=/opt/shop ; argv[]=/opt/shop --api-token=" + canary("Start") + " ; }\n"
    )
    vantage = Recording(Paper(runs={ReadOnly.UNITS: shown}))  # type: ignore[arg-type]
    raw = asyncio.run(vantage.run(HERE, ReadOnly.UNITS))
    assert isinstance(raw, Raw)
    assert leaked(raw.data.decode()) == []
    assert b"MODE=production" in raw.data


def test_the_user_file_of_an_upstream_is_not_quoted() -> None:
    counting = Counting(f"HTTP/1.1 502 Bad\r\nServer: nginx\r\nAuthorization: Bearer {canary('Echo')}\r\n\r\n".encode())
    with Upstream(counting) as upstream:
        report = why502.diagnose(f"http://127.0.0.1:{upstream.port}/", Options(headers=HEADERS))
    text = report.to_text(verbose=True) + report.to_json() + report.to_html() + report.to_markdown()
    assert leaked(text) == []
