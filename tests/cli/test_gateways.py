"""`why502 gateways`: what is found on this host, without asking anything."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stands.gateway import gateway
from tests.stands.nginx import free_port
from tests.vantages import HERE
from why502.cli.gateways import SHOWN, as_plain, lines
from why502.cli.main import main
from why502.diagnosis.host import Discovered
from why502.observations.fact import EvidenceKind, Seen
from why502.observations.gateway import GatewayProcess, RouteListed, Site
from why502.observations.place import Window
from why502.observations.subjects import Machine, Process
from why502.observations.want import Gap, User, Want, Why

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SEEN = Seen(at=Window.instant(AT), by="test", kind=EvidenceKind.PROCESS, source="", raw="")
MASTER = Process(place=HERE, pid=7, started=1)


def discovered(routes: int = 0, *, gap: bool = False, assumed: bool = False) -> Discovered:
    process = GatewayProcess(
        about=Machine(place=HERE),
        seen=SEEN,
        process=MASTER,
        place=HERE,
        product="nginx",
        version=None,
        config="/etc/nginx/\x1b[2Jnginx.conf",
        prefix="/",
        user=User(uid=1, gid=1),
        workers=(),
        started=AT,
        took_up=AT,
        oldest=MASTER,
        assumed=assumed,
    )
    listed = RouteListed(
        about=MASTER,
        seen=SEEN,
        name="",
        address="0.0.0.0",
        port=443,
        tls=True,
        location="/",
        written="proxy_pass http://app",
        site=Site(path="/etc/nginx/nginx.conf", line=9),
    )
    unread = Gap(want=Want(kind=RouteListed, about=MASTER), why=Why.NO_PERMISSION, says="no rights", unlock="sudo")
    return Discovered(gateway=process, routes=(listed,) * routes, gap=unread if gap else None)


def test_a_running_gateway_is_listed(open_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    with gateway(open_path / "g", f"location /in {{ proxy_pass http://127.0.0.1:{port}; }}") as made:
        assert main(["gateways"]) == 0
        text = capsys.readouterr().out
        assert main(["gateways", "--json"]) == 0
        plain = json.loads(capsys.readouterr().out)
        assert not (made.base / "access.log").read_text(), "nothing was asked"
    (ours,) = [each for each in plain if each["pid"] == made.pid]
    assert ours["product"] == "nginx"
    assert ours["configuration"] == str(made.config)
    assert [(each["name"], each["port"], each["location"], each["pass"]) for each in ours["routes"]] == [
        ("shop.test", made.port, "/in", f"proxy_pass http://127.0.0.1:{port}")
    ]
    assert f"http://shop.test:{made.port} /in  proxy_pass http://127.0.0.1:{port}  ({made.config}:" in text


def test_what_is_not_known_is_owned_up_to() -> None:
    text = "\n".join(lines((discovered(gap=True, assumed=True),)))
    assert "nginx ?  process 7 (assumed" in text
    assert "its routes could not be read: no rights" in text
    assert "\x1b" not in text
    assert as_plain(discovered(gap=True))["unread"] == "no rights"


def test_nothing_found_is_said() -> None:
    assert lines(()) == ["No gateway was found on this host."]


def test_very_many_routes_are_counted() -> None:
    told = lines((discovered(SHOWN + 5),))
    assert len(told) == SHOWN + 3
    assert told[2].strip() == "https://0.0.0.0:443 /  proxy_pass http://app  (/etc/nginx/nginx.conf:9)"
    assert "and 5 more routes" in told[-1]
