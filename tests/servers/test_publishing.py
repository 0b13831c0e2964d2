import asyncio
from datetime import UTC, datetime

import pytest

from tests.vantages import HERE, NOW, Hand, Paper
from why502.observations.fact import EvidenceKind, Seen
from why502.observations.place import Window
from why502.observations.processes import ProcessInfo, ProcessTable
from why502.observations.server import Publishes
from why502.observations.subjects import Machine, Process, Unit
from why502.observations.units import UnitState, UnitTable
from why502.observations.want import Want
from why502.servers.publishing import publishing

MACHINE = Machine(place=HERE.machine())
SEEN = Seen(at=Window.instant(NOW), by="x", kind=EvidenceKind.UNIT, source="x", raw="")


def unit(name, command="", **more):
    made = {"load": "loaded", "active": "inactive", "sub": "dead", "result": "success", "main_pid": 0} | more
    commands = (command,) if command else ()
    return UnitState(about=Unit(place=HERE.machine(), name=name), seen=SEEN, commands=commands, **made)


def process(pid, parent, command):
    return ProcessInfo(
        process=Process(place=HERE.machine(), pid=pid, started=pid),
        parent=parent,
        name="x",
        command=tuple(command.split()),
        state="S",
        uid=33,
        gid=33,
        groups=(),
        started=datetime(2026, 11, 21, tzinfo=UTC),
        place=HERE,
        cgroup="",
        cwd="/srv",
    )


def published(units=(), processes=(), files=None):
    facts = [
        UnitTable(about=MACHINE, seen=SEEN, units=tuple(units)),
        ProcessTable(about=MACHINE, seen=SEEN, processes=tuple(processes)),
    ]
    return asyncio.run(publishing.look(Want(kind=Publishes, about=MACHINE), Hand(Paper(files), facts=facts)))


def look(units=(), processes=(), files=None):
    found = published(units, processes, files)
    return [(str(each.about), [str(bind) for bind in each.binds]) for each in found]


def test_a_stopped_unit_says_what_it_would_serve():
    units = [
        unit("shop.service", "/venv/bin/gunicorn app:app -b 127.0.0.1:8000", directory="/srv"),
        unit("api.service", "/usr/bin/node server.js", environment=("PORT=3000", "A=b")),
        unit("cron.service", "/usr/sbin/cron -f"),
    ]
    assert look(units) == [("shop.service", ["127.0.0.1:8000"]), ("api.service", ["[::]:3000"])]


def test_a_port_of_an_unknown_program_may_be_where_it_connects():
    units = [
        unit("check.service", "/usr/local/bin/check --host 127.0.0.1 --port 8000"),
        unit("shop.service", "/venv/bin/gunicorn app:app -b 127.0.0.1:8000"),
        unit("shop.socket", listens=("8000",)),
    ]
    facts = [UnitTable(about=MACHINE, seen=SEEN, units=tuple(units)), ProcessTable(
        about=MACHINE, seen=SEEN, processes=(process(9, 1, "/usr/local/bin/check --host 127.0.0.1 --port 8000"),)
    )]  # fmt: skip
    found = asyncio.run(publishing.look(Want(kind=Publishes, about=MACHINE), Hand(Paper(), facts=facts)))
    assert [each.sure for each in found] == [False, True, True, False]


def test_a_socket_unit_takes_the_place_of_a_default():
    units = [
        unit("shop.socket", listens=("/run/shop.sock",), triggers=("shop.service",)),
        unit("shop.service", "/venv/bin/gunicorn app:app"),
    ]
    assert look(units) == [("shop.socket", ["unix:/run/shop.sock"])]


def test_the_configuration_of_a_stopped_unit_is_read():
    files = {
        "/etc/php/8.2/fpm/php-fpm.conf": "include=/etc/php/8.2/fpm/pool.d/*.conf\n",
        "/etc/php/8.2/fpm/pool.d/www.conf": "[www]\nlisten = /run/php/php8.2-fpm.sock\n",
    }
    command = "/usr/sbin/php-fpm8.2 --nodaemonize --fpm-config /etc/php/8.2/fpm/php-fpm.conf"
    assert look([unit("php8.2-fpm.service", command)], files=files) == [
        ("php8.2-fpm.service", ["unix:/run/php/php8.2-fpm.sock"])
    ]


def test_processes_name_addresses_once():
    gunicorn = "/venv/bin/python /venv/bin/gunicorn -b 127.0.0.1:8000 app:app"
    processes = [
        process(1, 0, "/sbin/init"),
        process(2, 1, "nsenter -t 9 -n /venv/bin/gunicorn -b 127.0.0.1:8000 app:app"),
        process(3, 2, gunicorn),
        process(4, 3, gunicorn),
    ]
    assert look(processes=processes) == [("process 3", ["127.0.0.1:8000"])]


@pytest.mark.parametrize(
    ("own", "bind", "apart"),
    [
        ((), "127.0.0.1:8000", False),
        ((), "unix:/tmp/app.sock", False),
        (("PrivateNetwork",), "127.0.0.1:8000", True),
        (("JoinsNamespaceOf",), "127.0.0.1:8000", False),
        (("PrivateNetwork", "JoinsNamespaceOf"), "127.0.0.1:8000", None),
        (("NetworkNamespacePath",), "127.0.0.1:8000", None),
        (("PrivateNetwork", "NetworkNamespacePath"), "127.0.0.1:8000", None),
        (("PrivateTmp", "RootDirectory"), "127.0.0.1:8000", False),
        (("PrivateNetwork",), "unix:/run/app.sock", False),
        (("PrivateTmp",), "unix:/run/app.sock", False),
        (("PrivateTmp",), "unix:/tmp/app.sock", True),
        (("PrivateTmp", "JoinsNamespaceOf"), "unix:/var/tmp/app.sock", None),
        (("RootImage",), "unix:/run/app.sock", None),
        (("RootDirectory",), "unix:/run/app.sock", None),
    ],
)
def test_a_unit_may_have_a_network_or_files_of_its_own(own, bind, apart):
    (found,) = published([unit("app.service", f"/venv/bin/gunicorn app:app -b {bind}", own=own)])
    assert found.apart is apart


def test_the_sockets_of_a_socket_unit_are_the_managers_but_for_its_network():
    sockets = unit("app.socket", listens=("/tmp/app.sock", "127.0.0.1:8000"), own=("PrivateNetwork", "PrivateTmp"))
    assert [([str(bind) for bind in each.binds], each.apart) for each in published([sockets])] == [
        (["unix:/tmp/app.sock"], False),
        (["127.0.0.1:8000"], True),
    ]
