import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.stands.upstream import Peer, Upstream

AT_ONCE = 0.5
BUSY = 5
"""What a busy machine may add."""


def hangs(peer: Peer) -> None:
    peer.read_head()
    asked.set()
    peer.hold()


asked = threading.Event()


@contextmanager
def looking(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command line until it waits for the target's answer."""
    asked.clear()
    with Upstream(hangs) as upstream:
        running = subprocess.Popen(
            [sys.executable, "-m", "why502", f"http://127.0.0.1:{upstream.port}/", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert asked.wait(20)
            yield running
        finally:
            running.kill()
            running.communicate()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_with_what_is_known(number: signal.Signals, status: int) -> None:
    with looking() as running:
        began = time.monotonic()
        running.send_signal(number)
        out, err = running.communicate(timeout=10)
        assert time.monotonic() - began < AT_ONCE + BUSY
    assert running.returncode == status
    assert "had not answered after" in " ".join(out.split())
    assert "it was interrupted" in " ".join(out.split())
    assert "Traceback" not in err


def test_what_is_known_is_a_report_for_programs_too() -> None:
    import json

    with looking("--json") as running:
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=10)
    report = json.loads(out)
    assert report["verdict"] == "inconclusive"
    assert "interrupted" in report["summary"]


def test_a_reader_that_leaves_is_no_fault() -> None:
    with looking("--deadline", "0.5") as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        said = running.stderr.read()
        running.wait(10)
        running.stdout = None
    assert said == ""
    assert running.returncode == 141
