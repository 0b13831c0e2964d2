import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vantages import HERE, NOW, Hand, Paper
from why502.host import units
from why502.observations.place import Window
from why502.observations.subjects import Machine, Unit
from why502.observations.units import UnitState, UnitTable
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import Entry, No, ReadOnly, Refusal

PRINTED = (Path(__file__).parent / "printed" / "systemctl-show.txt").read_text()
AT = Window.instant(NOW)
MANAGED = Entry(
    path=units.MANAGER, kind="dir", mode=0o755, uid=0, gid=0, size=0, inode=2, mtime=NOW, ctime=NOW, target=None, at=AT
)


def paper(printed=PRINTED, **files):
    return Paper(files, runs={ReadOnly.UNITS: printed}, entries={units.MANAGER: MANAGED})


def look(vantage):
    want = Want(kind=UnitTable, about=Machine(place=HERE))
    return asyncio.run(units.units.look(want, Hand(vantage)))


def test_loaded_units():
    (table,) = look(paper())
    states = {str(each.about): each for each in table.units}
    journal = states["systemd-journald.service"]
    assert (journal.active, journal.sub, journal.main_pid) == ("active", "running", 33)
    assert journal.started == datetime(2026, 11, 21, 16, 1, 25, tzinfo=UTC)
    # A second is printed, so the change may have been as late as its end.
    assert journal.since == datetime(2026, 11, 21, 16, 1, 26, tzinfo=UTC)
    assert journal.cgroup == "/system.slice/systemd-journald.service"
    ended = states["phpsessionclean.service"]
    assert (ended.exit_code, ended.exit_status) == ("exited", 0)
    assert ended.stopped == datetime(2026, 11, 21, 16, 9, 11, tzinfo=UTC)
    socket = states["systemd-journald.socket"]
    assert socket.listens == ("/run/systemd/journal/stdout",)
    assert socket.triggers == ("systemd-journald.service",)
    assert "syslog.service" not in states
    assert states["nginx.service"].since is None


def test_a_stopped_and_disabled_unit_is_read_from_its_file():
    vantage = paper(
        **{
            "/etc/systemd/system/shop.service": "[Service]\nUser=www-data\nWorkingDirectory=-/srv/shop\n"
            "ExecStart=/srv/venv/bin/gunicorn app:app -b 127.0.0.1:8000\nEnvironment=PORT=8000\n",
            "/etc/systemd/system/shop.socket": "[Socket]\nListenStream=/run/shop.sock\n",
            "/etc/systemd/system/app@.service": "[Service]\nExecStart=/x\n",
            "/etc/systemd/system/nginx.service": "[Service]\nExecStart=/other\n",
            "/lib/systemd/system/shop.service": "[Service]\nExecStart=/shipped\n",
            "/lib/systemd/system/uuidd.service": "[Service]\nExecStart=/usr/sbin/uuidd\n",
        }
    )
    (table,) = look(vantage)
    states = {str(each.about): each for each in table.units}
    shop = states["shop.service"]
    assert (shop.load, shop.active, shop.since) == ("not-loaded", "inactive", None)
    assert shop.commands == ("/srv/venv/bin/gunicorn app:app -b 127.0.0.1:8000",)
    assert (shop.user, shop.directory, shop.environment) == ("www-data", "/srv/shop", ("PORT=8000",))
    assert states["shop.socket"].listens == ("/run/shop.sock",)
    assert states["shop.socket"].triggers == ("shop.service",)
    assert states["uuidd.service"].commands == ()
    assert states["nginx.service"].load == "loaded"
    assert "app@.service" not in states


def test_what_a_unit_has_of_its_own():
    text = "[Service]\nExecStart=/x\nPrivateTmp={}\nDynamicUser={}\nRootDirectory={}\nNetworkNamespacePath=\n"
    apart = {
        "a": text.format("yes", "no", ""),
        "b": text.format("false", "on", ""),
        "c": text.format("no", "", "/srv/root"),
        "d": text.format("0", "0", "") + "PrivateNetwork=true\n",
        "e": text.format("no", "no", ""),
    }
    (table,) = look(paper(**{f"/etc/systemd/system/{name}.service": each for name, each in apart.items()}))
    states = {str(each.about): each.own for each in table.units}
    assert [states[f"{name}.service"] for name in apart] == [
        ("PrivateTmp",), ("PrivateTmp",), ("RootDirectory",), ("PrivateNetwork",), (),
    ]  # fmt: skip
    assert states["systemd-journald.service"] == ()


def test_a_host_without_systemd():
    (table,) = look(Paper())
    assert (table.units, table.manager) == ((), False)


@pytest.mark.parametrize(("no", "why"), [(No.DENIED, Why.NO_PERMISSION), (No.TIMED_OUT, Why.TIMED_OUT)])
def test_a_manager_that_does_not_answer_is_a_gap(no, why):
    vantage = paper(Refusal(no=no, at=AT, text="x"))
    answer = look(vantage)
    assert isinstance(answer, Gap)
    assert answer.why is why


def test_one_unit():
    subject = Unit(place=HERE.machine(), name="nginx.service")
    vantage = paper()
    answer = asyncio.run(units.unit.look(Want(kind=UnitState, about=subject), Hand(vantage, [units.units])))
    assert [each.fragment for each in answer] == ["/lib/systemd/system/nginx.service"]
    missing = Unit(place=HERE.machine(), name="none.service")
    vantage.runs[ReadOnly.UNIT] = "Id=none.service\nLoadState=not-found\n"
    assert asyncio.run(units.unit.look(Want(kind=UnitState, about=missing), Hand(vantage, [units.units]))) == ()


def test_what_gives_a_unit_a_network_or_files_of_its_own():
    printed = (
        "Id=a.service\nNames=a.service\nLoadState=loaded\nPrivateNetwork=yes\nPrivateTmp=no\nNetworkNamespacePath=\n\n"
        "Id=b.service\nNames=b.service\nLoadState=loaded\nJoinsNamespaceOf=a.service\nRootDirectory=/srv\n"
    )
    files = {
        "/etc/systemd/system/c.service": "[Unit]\nJoinsNamespaceOf=a.service\n[Service]\nPrivateNetwork=on\n",
        "/etc/systemd/system/d.socket": "[Socket]\nNetworkNamespacePath=/run/netns/x\n[Service]\nPrivateTmp=yes\n",
    }
    (table,) = look(paper(printed, **files))
    assert {str(each.about): each.own for each in table.units} == {
        "a.service": ("PrivateNetwork",),
        "b.service": ("JoinsNamespaceOf", "RootDirectory"),
        "c.service": ("PrivateNetwork", "JoinsNamespaceOf"),
        "d.socket": ("NetworkNamespacePath",),
    }


@pytest.mark.parametrize("beside", ["shop-api.service.d", "shop-.service.d", "service.d"])
def test_a_unit_that_is_not_loaded_and_has_drop_in_files_is_asked_of_the_manager(beside):
    files = {
        "/etc/systemd/system/shop-api.service": "[Service]\nExecStart=/old\n",
        "/etc/systemd/system/plain.socket": "[Socket]\nListenStream=/run/plain.sock\n",
        f"/etc/systemd/system/{beside}/own.conf": "[Service]\nPrivateNetwork=yes\n",
    }
    vantage = paper(**files)
    vantage.runs[ReadOnly.UNIT] = (
        "Id=shop-api.service\nLoadState=loaded\nActiveState=inactive\nPrivateNetwork=yes\n"
        "ExecStart={ path=/new ; argv[]=/new --port 1 ; ignore_errors=no ; start_time=[n/a] }\n"
    )
    states = {str(each.about): each for each in look(vantage)[0].units}
    shop = states["shop-api.service"]
    assert (shop.commands, shop.own, shop.active) == (("/new --port 1",), ("PrivateNetwork",), "inactive")
    assert states["plain.socket"].listens == ("/run/plain.sock",)
    assert [each for each in vantage.asked if each[:2] == ("run", "UNIT")] == [("run", "UNIT", "shop-api.service")]


def test_without_the_manager_nothing_is_known_of_a_unit_with_drop_in_files():
    files = {
        "/etc/systemd/system/shop.service": "[Service]\nExecStart=/old\n",
        "/run/systemd/system/shop.service.d/own.conf": "[Service]\nExecStart=\nExecStart=/new\n",
    }
    states = {str(each.about): each for each in look(paper(**files))[0].units}
    assert states["shop.service"].commands == ()
