"""`why502 demo` as a user runs it: a real nginx is broken and diagnosed, and nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rights import SEES_RULES
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
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == sorted(FAULTS)
    assert max(map(len, lines)) <= 80


SUSPECTED = {
    "crashing-application": "only the application's own words could prove that it died of the request",
    "no-resolver": "only the gateway's own message tells it",
}
"""Faults that are found out, and cannot be proven; what gets a proof must leave this list."""

BY_RULES = {"dead-application", "ipv6-localhost", "wrong-port"}
"""Refused connections: without root proven only where no rule of the kernel can turn them (`tests.rights`)."""

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
    either = name in BY_RULES and not SEES_RULES
    assert either or first["certainty"] == ("suspected" if unproven else "proven")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert not list(short_path.iterdir())


def test_the_report_is_printed_for_people(short_path: Path) -> None:
    done = demo("missing-socket", base=short_path)
    assert "gateway.socket-missing" in done.stdout
    assert "Broken on purpose" in done.stderr
    assert max(map(len, (done.stdout + done.stderr).splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "begins"),
    [(["--format", "html"], "<!"), (["--format", "markdown"], "# "), (["-q"], "bad-gateway"), (["--json"], "{")],
)
def test_it_takes_the_output_options_of_a_diagnosis(words: list[str], begins: str, short_path: Path) -> None:
    folder = short_path / "kept"
    folder.mkdir()
    done = demo("missing-socket", *words, "-o", str(folder / "report"), base=short_path)
    assert (done.returncode, done.stdout) == (0, "")
    report = (folder / "report").read_text()
    assert report.startswith(begins)
    assert "gateway.socket-missing" in report
    assert ("Broken on purpose" in done.stderr) == ("-q" not in words)


def test_a_file_that_cannot_be_written_is_told_before_anything_is_broken(short_path: Path) -> None:
    done = demo("missing-socket", "-o", str(short_path / "none" / "report"), base=short_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"why502: -o {short_path}/none/report: no such directory\n"


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
