import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.report.logs.made import FAILED, REQUESTS, access, write
from why502.cli.following import Ticking


def test_a_growing_log_is_told_as_incidents_begin_and_in_full_at_the_end(tmp_path: Path) -> None:
    lines, path = access(), tmp_path / "a.log"
    write(path, lines[:600])
    running = subprocess.Popen(
        [sys.executable, "-m", "why502", "logs", "-f", "--json", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with path.open("a") as log:
            log.write("".join(f"{line}\n" for line in lines[600:]))
        assert running.stderr is not None
        first = running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    assert first.startswith("incident: 2026-11-20 09:30 UTC, 10.0.0.1:8080 began to fail")
    assert running.returncode == 130
    assert "Traceback" not in err
    logs = json.loads(out)["logs"]
    assert (logs["requests"], logs["failed"]) == (REQUESTS, FAILED)


def test_a_pipe_that_ends_ends_it(tmp_path: Path) -> None:
    text = "".join(f"{line}\n" for line in access())
    done = subprocess.run(
        [sys.executable, "-m", "why502", "logs", "-f", "-", "--json"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["logs"]["requests"] == REQUESTS


def test_waiting_ticks() -> None:
    ticks: list[int] = []
    event = Ticking(lambda: ticks.append(1))
    assert not event.wait(0)
    threading.Thread(target=event.set).start()
    assert event.wait(10)
    assert len(ticks) == 2
