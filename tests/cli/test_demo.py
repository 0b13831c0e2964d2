"""`why502 demo` as a user runs it: a real nginx is broken and diagnosed, and nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from why502.cli.demo import all_faults
from why502.cli.explain import all_causes
from why502.cli.main import main

JUDGED = {cause.id for cause in all_causes()}
FAULTS = {fault.name: fault for fault in all_faults()}


def demo(*words: str, base: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "why502", "demo", *words]
    environment = {**os.environ, "TMPDIR": str(base)}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90, env=environment)


def test_the_list_names_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == sorted(FAULTS)


SUSPECTED = {
    "crashing-application": "only the application's own words could prove that it died of the request",
    "no-resolver": "only the gateway's own message tells it",
}
"""Faults that are found out, and cannot be proven; what gets a proof must leave this list."""

BY_ROOT = {
    "stopped-application": "another user's processes could hold the socket as well, and only root sees whose they are"
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_is_found_out_and_proven_where_that_is_possible(name: str, short_path: Path) -> None:
    assert FAULTS[name].causes & JUDGED
    done = demo(name, "--json", base=short_path)
    report = json.loads(done.stdout)
    assert report["verdict"] == "bad-gateway", done.stderr[-2000:]
    first = report["incidents"][0]
    assert first["cause"] in FAULTS[name].causes, done.stderr[-2000:]
    unproven = name in SUSPECTED or (name in BY_ROOT and os.geteuid() != 0)
    assert first["certainty"] == ("suspected" if unproven else "proven")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert not list(short_path.iterdir())


def test_the_report_is_printed_for_people(short_path: Path) -> None:
    done = demo("missing-socket", base=short_path)
    assert "gateway.socket-missing" in done.stdout
    assert "Broken on purpose" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order_when_it_is_told_to(number: int, short_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(short_path)}
    command = [sys.executable, "-m", "why502", "demo", "missing-socket", "--keep"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stderr is not None
        told = next((line for line in iter(running.stderr.readline, "") if "until Ctrl-C" in line), "")
        stand = next(short_path.iterdir())
        pids = [pid for pid in Path("/proc").glob("[0-9]*") if str(stand).encode() in read(pid / "cmdline")]
        running.send_signal(number)
        running.communicate(timeout=30)
    assert told
    assert pids
    assert running.returncode == 130
    assert not list(short_path.iterdir())
    assert not [pid for pid in pids if str(stand).encode() in read(pid / "cmdline")]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
