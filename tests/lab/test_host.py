"""A box is a machine of its own: nothing of it reaches the real one."""

from __future__ import annotations

import os
from pathlib import Path

from lab.stand import Bench
from lab.waiting import until


def test_files_processes_and_network_are_its_own(stand: Bench) -> None:
    box = stand.box()
    box.write("/etc/written-in-a-box", "x")
    assert not Path("/etc/written-in-a-box").exists()
    assert box.run("cat /etc/written-in-a-box").stdout == "x"
    assert "written" not in box.run("hostname").stdout
    assert box.run("hostname").stdout.strip() == box.name
    assert len(box.run("ps -e").stdout.splitlines()) < 8
    assert "eth0" not in box.run("ip -br link").stdout


def test_a_user_of_the_box_has_no_rights_of_root(stand: Bench) -> None:
    box = stand.box()
    box.write("/etc/for-root", "x", 0o600)
    assert box.run("cat /etc/for-root", user="nobody", check=False).returncode != 0
    assert box.run("id -u", user="nobody").stdout.strip() != "0"


def test_machines_are_wired(stand: Bench) -> None:
    gateway = stand.gateway()
    server = gateway.start("python3 -m http.server 80")
    client = stand.client_box
    assert client is not None
    address = stand.address(gateway)
    until("it serves", lambda: client.ask(address, 80).status == 200)
    server.stop()
    assert client.ask(address, 80).error == "ConnectionRefusedError"


def test_a_real_systemd(stand: Bench) -> None:
    groups = set(os.listdir("/sys/fs/cgroup"))
    box = stand.box(systemd=True)
    assert box.run("cat /proc/1/comm").stdout.strip() == "systemd"
    box.write("/etc/systemd/system/once.service", "[Service]\nExecStart=/bin/false\n")
    box.run("systemctl daemon-reload")
    box.run("systemctl start once", check=False)
    until("it failed", lambda: "failed" in box.run("systemctl is-active once", check=False).stdout)
    assert "Main process exited" in box.run("journalctl -u once").stdout
    assert "LoadState=loaded" in box.run("systemctl show once -p LoadState", user="nobody").stdout
    assert not Path("/etc/systemd/system/once.service").exists()
    assert set(os.listdir("/sys/fs/cgroup")) == groups
