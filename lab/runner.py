"""Build one scenario, let it show itself, let the tool look from each place, take it down."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.catalogue import load
from lab.host import PYTHON, Box, clean_environment
from lab.score import Mark, judge
from lab.stand import Bench, bench
from lab.truth import NotShownError, Place, Scenario
from lab.waiting import NotReadyError

PATIENCE = 40.0  # seconds that a run of the tool may take, well over its own deadline
TOOL = (PYTHON, "-m", "why502", "--json")


class LabError(RuntimeError):
    """The lab itself failed at this scenario."""


@dataclass(frozen=True)
class Wish:
    """How a run is wanted: from where, where to keep the reports, whose source (None: as installed).

    replay: each run's evidence is saved, diagnosed again outside the box, and the incidents compared.
    """

    places: tuple[Place, ...] = tuple(Place)
    keep: Path | None = None
    source: Path | None = None
    replay: bool = False


def run_scenario(name: str, seed: str, wish: Wish = Wish()) -> list[Mark]:
    """All marks of one scenario with one seed."""
    try:
        with bench(f"{seed}/{name}") as stand:
            scenario = load(name)(stand)
            scenario.show()
            return [_look(stand, name, seed, scenario, place, wish) for place in wish.places]
    except (NotShownError, NotReadyError, subprocess.SubprocessError, OSError, KeyError) as error:
        raise LabError(
            f"{name} seed {seed}: {type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}"
        ) from error


def _look(stand: Bench, name: str, seed: str, scenario: Scenario, place: Place, wish: Wish) -> Mark:
    box = stand.client_box if place is Place.OUTSIDE else stand.gateway_box
    assert box is not None
    user = "nobody" if place is Place.USER else None
    bundle = f"/var/tmp/{place.value}.bundle"
    saving = ["--save", bundle] if wish.replay else []
    words = [*saving, *scenario.options, scenario.url]
    status, out, errors, seconds, memory = run_tool(box, user, words, wish.source)
    report, trouble = _parse(out, errors, status)
    if wish.replay and report is not None and not trouble:
        trouble = _replayed(box.path(bundle), report, wish)
    if (keep := wish.keep) is not None:
        keep.mkdir(parents=True, exist_ok=True)
        stem = f"{name.replace('/', '.')}.{seed}.{place.value}"
        (keep / f"{stem}.json").write_bytes(out)
        if errors:
            (keep / f"{stem}.err").write_bytes(errors)
        if wish.replay and box.path(bundle).exists():
            (keep / f"{stem}.bundle").write_bytes(box.path(bundle).read_bytes())
    return judge(name, seed, place, scenario, report, seconds, memory, trouble)


def run_tool(
    box: Box, user: str | None, words: Sequence[str], source: Path | None = None
) -> tuple[int, bytes, bytes, float, int]:
    """Exit status, output, errors, seconds and peak KiB of one run of the tool."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.monotonic()
        child = subprocess.Popen(
            box.inside([*TOOL, *words], user),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            env=clean_environment() | ({"PYTHONPATH": str(source)} if source else {}),
            start_new_session=True,
        )
        status, usage = _await(child, begun + PATIENCE)
        seconds = time.monotonic() - begun
        out.seek(0)
        errors.seek(0)
        return status, out.read(), errors.read(), seconds, usage.ru_maxrss


def _await(child: subprocess.Popen[bytes], deadline: float) -> tuple[int, resource.struct_rusage]:
    """wait4 with a deadline: the usage of just this child and what it waited for."""
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode, usage
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        time.sleep(0.01)


def _replayed(bundle: Path, report: dict[str, Any], wish: Wish) -> str:
    """Diagnose again from the saved evidence, here and not in the box; say how the incidents differ."""
    done = subprocess.run(
        [PYTHON, "-m", "why502", "replay", "--json", str(bundle)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env=clean_environment() | ({"PYTHONPATH": str(wish.source)} if wish.source else {}),
    )
    try:
        again = json.loads(done.stdout)
    except ValueError:
        return f"no replay: {done.stderr.decode(errors='replace').strip()[:160]}"
    if again.get("incidents") == report.get("incidents"):
        return ""
    return "the replay has other incidents"


def _parse(out: bytes, errors: bytes, status: int) -> tuple[dict[str, Any] | None, str]:
    """Read the report, and what was wrong with the run."""
    last = errors.decode(errors="replace").strip().splitlines()[-1:]
    try:
        report = json.loads(out)
    except ValueError:
        return None, f"no report, exit {status}: {' '.join(last)[:160]}"
    if not isinstance(report, dict):
        return None, "report is no object"
    if b"Traceback" in errors:
        return report, f"traceback: {' '.join(last)[:160]}"
    return report, _status_trouble(report, status)


def _status_trouble(report: dict[str, Any], status: int) -> str:
    """Compare with the documented exit status of each verdict."""
    proven = any(incident.get("certainty") == "proven" for incident in report.get("incidents", ()))
    fault = {1, 0} if report.get("verdict") == "other-error" else {1}
    want = {
        "healthy": {0},
        "inconclusive": {3},
        "unreachable": {1} if proven else {3},
    }.get(str(report.get("verdict")), fault)
    return "" if status in want else f"exit {status} with verdict {report.get('verdict')}"
