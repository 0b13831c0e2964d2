"""`python -m lab run | show | list | clean`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from lab import journal, tables
from lab.catalogue import load, names
from lab.runner import LabError, Wish, run_scenario
from lab.score import Mark
from lab.truth import Place


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    os.umask(0o022)
    match options.command:
        case "list":
            for name in names(options.only):
                print(f"{name:45} {(sys.modules[load(name).__module__].__doc__ or '').splitlines()[0]}")
            return 0
        case "clean":
            for left in journal.leftovers():
                print("removing", left)
                journal.remove(left)
            return 0
        case "show":
            return _run(options, Wish(()))
        case _:
            places = tuple(Place(word) for word in options.vantage.split(","))
            with tempfile.TemporaryDirectory(prefix="why502-", dir=journal.HOME) as room:
                source = _committed(options.commit, Path(room)) if options.commit else None
                return _run(options, Wish(places, options.keep, source))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    parser.add_argument("command", choices=("run", "show", "list", "clean"), help="show: build and prove only, no tool")
    parser.add_argument("--seed", help="one seed")
    parser.add_argument("--seeds", default="1", help="several, separated by commas")
    parser.add_argument("--only", default="*", help="a pattern or part of family/name")
    parser.add_argument("--vantage", default="root,user,outside")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the reports")
    parser.add_argument("--commit", help="measure the tool as committed there, not as it lies in the work tree")
    parser.add_argument("--write", type=Path, help="write the scores to this page")
    return parser.parse_args(arguments)


def _committed(commit: str, room: Path) -> Path:
    """Lay out the tool's source as it was committed, so that work in progress does not disturb a measurement."""
    room.chmod(0o755)
    root = Path(__file__).parents[1]
    tar = subprocess.run(["git", "-C", root, "archive", commit, "src"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", room], input=tar, check=True)
    return room / "src"


def _run(options: argparse.Namespace, wish: Wish) -> int:
    seeds = [options.seed] if options.seed else options.seeds.split(",")
    work = [(name, seed) for seed in seeds for name in names(options.only)]
    marks: list[Mark] = []
    troubles: list[str] = []
    begun = time.monotonic()
    with ProcessPoolExecutor(options.jobs, max_tasks_per_child=None) as pool:
        jobs = {pool.submit(run_scenario, name, seed, wish): (name, seed) for name, seed in work}
        for job in as_completed(jobs):
            name, seed = jobs[job]
            try:
                got = job.result()
            except LabError as error:
                troubles.append(str(error))
                print(f"LAB FAILED {error}", file=sys.stderr)
                continue
            marks.extend(got)
            answers = "  ".join(f"{mark.place.value}={mark.answered} {mark.seconds:.1f}s" for mark in got)
            print(f"[{time.monotonic() - begun:5.0f}s] {name} seed {seed}  {answers or 'shown'}", file=sys.stderr)
    marks.sort(key=lambda mark: (mark.seed, mark.scenario, mark.place.value))
    if marks:
        print(tables.table(marks))
        print(tables.findings(marks))
    if options.write:
        options.write.write_text(tables.page(marks, troubles, seeds))
    return 1 if troubles or any(mark.wrong or mark.accused for mark in marks) else 0


if __name__ == "__main__":
    sys.exit(main())
