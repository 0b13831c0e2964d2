"""Masters and workers of real nginxes, found without running any of them."""

import asyncio
import os
import shutil
import socket
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence import host, info, processes
from tests.stands.gateway import Gateway, gateway, newest, until
from tests.stands.nginx import binaries, free_port
from tests.stands.surveying import fact, surveyed
from tests.vantages import HERE as PAPER
from tests.vantages import Hand, Paper
from why502.gateways.nginx.process import (
    Build,
    Started,
    absolute,
    build_at,
    build_of,
    nginx_processes,
    started_of,
)
from why502.observations.gateway import GatewayProcess
from why502.observations.place import Place
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Machine
from why502.observations.want import Want
from why502.survey.survey import Survey
from why502.vantage.base import Raw, ReadOnly, Refusal, Vantage
from why502.vantage.local import Local

PROGRAMS = sorted(binaries().items())
each_program = pytest.mark.parametrize(
    ("version", "program"), PROGRAMS, ids=[".".join(map(str, version)) for version, _ in PROGRAMS]
)
OK = "location / { return 200; }"


@pytest.mark.parametrize(
    ("command", "started"),
    [
        (("nginx: master process /usr/sbin/nginx",), Started()),
        (
            ("nginx: master process /usr/sbin/nginx -c /etc/shop.conf -p /srv -e stderr",),
            Started(config="/etc/shop.conf", prefix="/srv", error_log="stderr"),
        ),
        (("nginx: master process nginx -c/etc/shop.conf -p/srv",), Started(config="/etc/shop.conf", prefix="/srv")),
        (
            ("nginx: master process /usr/sbin/nginx -g daemon on; master_process on; -c a.conf",),
            Started(config="a.conf", globals="daemon on; master_process on;"),
        ),
        (
            ("/usr/sbin/nginx", "-g", "daemon off; master_process off;"),
            Started(globals="daemon off; master_process off;"),
        ),
        (("nginx", "-c"), Started()),
        (("openresty", "-p", "/srv"), Started(prefix="/srv")),
        (("nginx", "-t"), None),
        (("nginx", "-s", "reload"), None),
        (("nginx: worker process",), None),
        (("nginx: cache manager process",), None),
        (("tail", "-f", "/var/log/nginx/error.log"), None),
        ((), None),
    ],
)
def test_reads_what_a_master_was_started_with(command: tuple[str, ...], started: Started | None) -> None:
    assert started_of(command) == started


@given(st.lists(st.text()))
def test_no_command_line_is_too_strange(words: list[str]) -> None:
    started_of(tuple(words))
    started_of(("nginx", *words))
    started_of((f"nginx: master process {' '.join(words)}",))


@given(st.binary())
def test_any_bytes_are_a_build(data: bytes) -> None:
    assert build_of(data).config
    assert build_of(b"nginx version: nginx/1.2.3\0--conf-path=" + data).version == "1.2.3"


@each_program
def test_a_binary_tells_what_its_own_option_tells(version: tuple[int, ...], program: str) -> None:
    told = subprocess.run([program, "-V"], capture_output=True, check=True).stderr
    assert build_of(Path(program).read_bytes()) == build_of(told)
    assert build_of(told).version == ".".join(map(str, version))


def test_a_binary_without_options_has_the_sources_defaults() -> None:
    assert build_of(b"\x7fELF") == Build(
        version=None, prefix="/usr/local/nginx/", config="conf/nginx.conf", error_log="logs/error.log"
    )


def test_puts_relative_paths_below() -> None:
    assert absolute("/srv/", "a.conf") == "/srv/a.conf"
    assert absolute("/srv", "/etc/a.conf") == "/etc/a.conf"


class Reading(Local):
    """A vantage that counts what it is asked to run."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        self.ran.append(command.name)
        return await super().run(place, command, *arguments)


@each_program
def test_finds_a_master_and_its_workers(version: tuple[int, ...], program: str, open_path: Path) -> None:
    before = datetime.now(UTC)
    with gateway(open_path / "g", OK, program=program) as made:
        found = fact(made, GatewayProcess)
        assert {each.pid for each in found.workers} == made.serving()
        assert len(found.workers) == 2
        worker = Path(f"/proc/{found.workers[0].pid}")
        assert found.user.uid == worker.stat().st_uid
        assert found.pids == {made.pid, *made.serving()}
    assert (found.product, found.version) == ("nginx", ".".join(map(str, version)))
    assert (found.config, found.prefix) == (f"{open_path}/g/nginx.conf", f"{open_path}/g/")
    assert before - timedelta(milliseconds=50) <= found.took_up <= datetime.now(UTC)
    assert not found.assumed
    assert found.place == Local().here()


@pytest.mark.parametrize(("root", "assumed"), [("/", False), (None, False), ("/srv/jail", True)])
def test_one_with_a_root_of_its_own_is_assumed(root: str | None, assumed: bool) -> None:
    """Its paths mean other files than those that its place leads to."""
    table = processes(info(10, "nginx", command=("nginx: master process /usr/sbin/nginx",), root=root))
    want = Want(kind=GatewayProcess, about=host())
    (found,) = asyncio.run(nginx_processes.look(want, Hand(Paper(), facts=[table])))
    assert isinstance(found, GatewayProcess)
    assert found.assumed is assumed


def built(made: Gateway, vantage: Vantage) -> Build:
    async def look(survey: Survey) -> Build:
        tables = await survey.get(Want(kind=ProcessTable, about=Machine(place=survey.vantage.here().machine())))
        assert isinstance(tables, tuple)
        master = tables[0].by_pid(made.pid)
        assert master is not None
        return await build_at(vantage, master)

    return surveyed(look, timedelta(minutes=1))


def test_a_binary_of_ones_own_is_read_and_not_run(open_path: Path) -> None:
    program = shutil.copy(newest(), open_path / "nginx")
    vantage = Reading()
    with gateway(open_path / "g", OK, program=str(program)) as made:
        assert built(made, vantage) == build_of(Path(program).read_bytes())
    assert not vantage.ran


def test_a_binary_that_was_replaced_tells_no_version(open_path: Path) -> None:
    program = open_path / "nginx"
    shutil.copy(newest(), program)
    with gateway(open_path / "g", OK, program=str(program)) as made:
        program.unlink()
        program.write_bytes(b"\0nginx/9.9.9\0 --conf-path=/etc/shop.conf ")
        assert built(made, Local()) == Build(config="/etc/shop.conf")
        program.unlink()
        assert built(made, Local()) == Build()


def test_relative_paths_stand_below_the_prefix_and_that_below_the_directory(open_path: Path) -> None:
    arguments = ("-p", ".", "-c", "conf/shop.conf")
    with gateway(open_path / "g", OK, arguments=arguments, written="conf/shop.conf") as made:
        found = fact(made, GatewayProcess)
    assert Path(found.config) == open_path / "g/conf/shop.conf"
    assert Path(found.prefix) == open_path / "g"


def test_a_single_process_is_its_own_worker(open_path: Path) -> None:
    arguments = ("-c", f"{open_path}/g/nginx.conf", "-g", "daemon off; master_process off;")
    base, port = open_path / "g", free_port()
    base.mkdir()
    (base / "nginx.conf").write_text(
        f"pid {base}/pid; events {{ }} http {{ access_log off; server {{ listen 127.0.0.1:{port}; }} }}"
    )
    command = [newest(), "-p", str(base), "-e", f"{base}/error.log", *arguments]
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        until("nginx to listen", lambda: _accepts(port))
        found = fact(Gateway(base, port, running), GatewayProcess)
    finally:
        running.kill()
        running.wait()
    assert found.workers == ()
    assert found.user.uid == os.geteuid()
    assert found.pids == {running.pid}


def _accepts(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def test_a_reload_is_when_the_workers_of_now_started(open_path: Path) -> None:
    with gateway(open_path / "g", OK) as made, socket.create_connection(("127.0.0.1", made.port)) as held:
        first = fact(made, GatewayProcess)
        held.sendall(b"GET / HT")  # a request that is not whole keeps its worker until it is
        leaving = made.serving()
        made.reload()
        then = fact(made, GatewayProcess)
        still = {pid for pid, title in made.workers().items() if "shutting down" in title}
    assert then.took_up > first.took_up
    assert then.process == first.process
    assert not leaving & {each.pid for each in then.workers if each.pid not in still}
    assert {each.pid for each in then.workers} >= still


def aged(*children: tuple[str, float]) -> GatewayProcess:
    """The gateway of a master whose children, with these titles, started so many seconds after it."""
    began = datetime(2026, 11, 21, tzinfo=UTC)
    master = info(10, "nginx", command=("nginx: master process nginx",), started=began, exe="/gone")
    told = [
        info(11 + number, "nginx", parent=10, command=(f"nginx: {title}",), started=began + timedelta(seconds=after))
        for number, (title, after) in enumerate(children)
    ]
    hand = Hand(Paper(), facts=[replace(processes(master, *told), about=Machine(place=PAPER.machine()))])
    (found,) = asyncio.run(nginx_processes.look(Want(kind=GatewayProcess, about=Machine(place=PAPER.machine())), hand))  # type: ignore[misc]
    assert isinstance(found, GatewayProcess)
    return found


NEW, LEAVES, CACHE = "worker process", "worker process is shutting down", "cache manager process"


@pytest.mark.parametrize(
    ("children", "took_up", "at_once"),
    [
        (((NEW, 50.0),), 50.0, False),
        (((NEW, 50.0), (NEW, 50.2)), 50.0, True),
        (((NEW, 50.0), (NEW, 70.0)), 50.0, False),
        (((NEW, 50.0), (NEW, 50.1), (NEW, 70.0)), 50.0, True),
        (((NEW, 50.0), (NEW, 50.1), (NEW, 70.0), (NEW, 80.0)), 50.0, False),
        (((NEW, 50.0), (LEAVES, 0.0)), 50.0, True),
        (((NEW, 50.0), (LEAVES, 60.0)), 50.0, False),
        (((NEW, 50.0), (CACHE, 50.0)), 50.0, True),
        (((NEW, 50.0), (CACHE, 0.0)), 0.0, False),
        ((), 0.0, False),
    ],
)
def test_the_oldest_that_serves_and_whether_it_started_with_others(
    children: tuple[tuple[str, float], ...], took_up: float, at_once: bool
) -> None:
    found = aged(*children)
    assert (found.took_up - found.started).total_seconds() == took_up
    assert found.at_once is at_once
    assert found.oldest == next((each for each in found.workers if took_up), found.oldest)
