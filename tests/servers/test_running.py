"""Servers that really run: what is read of them, and what their logs say."""

import asyncio
import shutil

import pytest

from tests.servers.programs import VENV, free_port, hand, needs, program
from why502.observations.processes import ProcessTable
from why502.observations.server import AppServer, Publishes, Says, ServerMessage
from why502.observations.subjects import File, Machine
from why502.observations.want import Want


def machine(around):
    return Machine(place=around.vantage.here().machine())


async def servers_of(around, pid):
    return [each for each in await around.get(Want(kind=AppServer, about=machine(around))) if each.about.pid == pid]


async def published(around, pid):
    found = await around.get(Want(kind=Publishes, about=machine(around)))
    return [str(bind) for each in found if getattr(each.about, "pid", None) == pid for bind in each.binds]


async def told(around, pid):
    (table,) = await around.get(Want(kind=ProcessTable, about=machine(around)))
    return await around.get(Want(kind=ServerMessage, about=table.by_pid(pid).process))


def look(child, workers=1):
    """Look until that many workers have started: they do so after the socket takes connections."""

    async def every():
        for _ in range(100):
            around = hand()
            (server,) = await servers_of(around, child.pid)
            if server.workers >= workers:
                break
            await asyncio.sleep(0.05)
        return server, await published(around, child.pid), await told(around, child.pid)

    return asyncio.run(every())


def test_gunicorn(tmp_path):
    port = free_port()
    command = [needs(VENV / "gunicorn"), "app:app", "-b", f"127.0.0.1:{port}", "-b", "unix:g.sock"]
    command += ["-w", "2", "--threads", "3", "-t", "9", "--error-logfile", "g.log", "--no-control-socket"]
    with program(command, tmp_path, ("127.0.0.1", port)) as child:
        server, binds, messages = look(child, 2)
        # A second one finds the port taken, and gives up.
        taken = tmp_path / "taken"
        taken.mkdir()
        with program([*command[:4], "--no-control-socket"], taken):
            pass
    assert [str(each) for each in server.binds] == binds == [f"127.0.0.1:{port}", f"unix:{tmp_path}/g.sock"]
    assert (server.product, server.capacity, server.timeout, server.keepalive) == ("gunicorn", 6, 9.0, 2.0)
    assert server.workers == 2
    assert (Says.LISTENING, f"127.0.0.1:{port}", child.pid) in [(m.says, str(m.bind), m.pid) for m in messages]
    in_use = of_file(taken / "out.log")
    assert (Says.ADDRESS_IN_USE, f"127.0.0.1:{port}") in in_use


def of_file(path):
    around = hand()
    about = File(place=around.vantage.here(), path=str(path))
    found = asyncio.run(around.get(Want(kind=ServerMessage, about=about)))
    return [(each.says, str(each.bind)) for each in found]


def test_uvicorn(tmp_path):
    port = free_port()
    command = [needs(VENV / "uvicorn"), "app:asgi", "--port", str(port), "--workers", "2", "--lifespan", "off"]
    with program(command, tmp_path, ("127.0.0.1", port)) as child:
        server, binds, messages = look(child, 2)
    assert [str(each) for each in server.binds] == binds == [f"127.0.0.1:{port}"]
    assert (server.capacity, server.workers, server.keepalive) == (None, 2, 5.0)
    assert (Says.LISTENING, f"127.0.0.1:{port}") in [(each.says, str(each.bind)) for each in messages]


def test_uwsgi(tmp_path):
    port = free_port()
    binary = shutil.which("uwsgi") or pytest.skip("uwsgi is not installed")
    (tmp_path / "shop.ini").write_text(
        f"[uwsgi]\nplugin = python3\nmaster = true\nsocket = 127.0.0.1:{port}\nprocesses = 2\nthreads = 2\n"
        f"harakiri = 20\nlogto = {tmp_path}/%n.log\nwsgi-file = app.py\n"
    )
    with program([binary, "--ini", "shop.ini"], tmp_path, ("127.0.0.1", port)) as child:
        server, binds, messages = look(child, 2)
    assert [str(each) for each in server.binds] == binds == [f"127.0.0.1:{port}"]
    assert (server.capacity, server.timeout, server.source) == (4, 20.0, f"{tmp_path}/shop.ini")
    assert (Says.LISTENING, f"127.0.0.1:{port}") in [(each.says, str(each.bind)) for each in messages]


def test_php_fpm(tmp_path):
    binary = shutil.which("php-fpm8.2", path="/usr/sbin") or pytest.skip("php-fpm 8.2 is not installed")
    (tmp_path / "fpm.conf").write_text(
        f"[global]\nerror_log = {tmp_path}/fpm.log\ndaemonize = no\ninclude = {tmp_path}/pool-*.conf\n"
    )
    (tmp_path / "pool-a.conf").write_text(
        f"[www]\nuser = nobody\nlisten = {tmp_path}/$pool.sock\npm = static\npm.max_children = 3\n"
        "request_terminate_timeout = 30s\n"
    )
    command = [binary, "-y", str(tmp_path / "fpm.conf"), "-F"]
    with program(command, tmp_path, f"{tmp_path}/www.sock") as child:
        server, binds, messages = look(child, 3)
    assert [str(each) for each in server.binds] == binds == [f"unix:{tmp_path}/www.sock"]
    assert (server.capacity, server.workers, server.timeout) == (3, 3, 30.0)
    assert server.source == f"{tmp_path}/pool-a.conf [www]"
    assert (Says.STARTING, child.pid) in [(each.says, each.pid) for each in messages]


def test_node(tmp_path):
    port = free_port()
    binary = shutil.which("node") or pytest.skip("node is not installed")
    (tmp_path / "server.js").write_text(
        f"require('http').createServer().listen({port}, '127.0.0.1', () => console.log('Listening on port {port}'))"
    )
    with program([binary, "server.js"], tmp_path, ("127.0.0.1", port)) as child:
        server, binds, messages = look(child)
        taken = tmp_path / "taken"
        taken.mkdir()
        with program([binary, "../server.js"], taken):
            pass
    assert server.product == "node"
    assert [str(each) for each in server.binds] == binds == [f"127.0.0.1:{port}"]
    assert Says.LISTENING in {each.says for each in messages}
    assert (Says.ADDRESS_IN_USE, f"127.0.0.1:{port}") in of_file(taken / "out.log")
