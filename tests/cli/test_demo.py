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


@pytest.mark.parametrize("name", sorted(name for name, fault in FAULTS.items() if fault.causes & JUDGED))
def test_a_fault_is_found_out_and_proven(name: str, open_path: Path) -> None:
    done = demo(name, "--json", base=open_path)
    report = json.loads(done.stdout)
    first = report["incidents"][0]
    assert first["cause"] in FAULTS[name].causes, done.stderr[-2000:]
    assert first["certainty"] == "proven"
    assert done.returncode == 0
    assert not list(open_path.iterdir())


@pytest.mark.parametrize("name", sorted(name for name, fault in FAULTS.items() if not fault.causes & JUDGED))
def test_a_fault_whose_cause_has_no_judge_yet_is_owned_up_to(name: str, open_path: Path) -> None:
    done = demo(name, "--json", base=open_path)
    report = json.loads(done.stdout)
    assert report["verdict"] == "bad-gateway"
    assert report["incidents"][0]["certainty"] == "suspected"
    assert done.returncode == 3
    assert "Not found out" in done.stderr


def test_the_report_is_printed_for_people(open_path: Path) -> None:
    done = demo("missing-socket", base=open_path)
    assert "gateway.socket-missing" in done.stdout
    assert "Broken on purpose" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order_when_it_is_told_to(number: int, open_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(open_path)}
    command = [sys.executable, "-m", "why502", "demo", "missing-socket", "--keep"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stderr is not None
        told = next((line for line in iter(running.stderr.readline, "") if "until Ctrl-C" in line), "")
        stand = next(open_path.iterdir())
        pids = [pid for pid in Path("/proc").glob("[0-9]*") if str(stand).encode() in read(pid / "cmdline")]
        running.send_signal(number)
        running.communicate(timeout=30)
    assert told
    assert pids
    assert running.returncode == 130
    assert not list(open_path.iterdir())
    assert not [pid for pid in pids if str(stand).encode() in read(pid / "cmdline")]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
