"""`python -m lab run | show | list | clean`."""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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
            _remove_leftovers()
            return 0
        case "show":
            return _run(options, Wish(()))
        case _:
            places = tuple(Place(word) for word in options.vantage.split(","))
            with _committed(options.commit) as source:
                return _run(options, Wish(places, options.keep, source, options.replay))


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
    parser.add_argument("--replay", action="store_true", help="save each run, replay it, compare the incidents")
    parser.add_argument("--write", type=Path, help="write the scores to this page")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _committed(commit: str | None) -> Iterator[Path | None]:
    """Lay out the tool's source as it was committed, so that work in progress does not disturb a measurement."""
    if commit is None:
        yield None
        return
    room = Path(tempfile.mkdtemp(prefix=journal.PREFIX, dir=journal.HOME))
    journal.Journal(room)
    room.chmod(0o755)
    try:
        root = Path(__file__).parents[1]
        tar = subprocess.run(["git", "-C", root, "archive", commit, "src"], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", room], input=tar, check=True)
        yield room / "src"
    finally:
        journal.remove(room)


class Ending:
    """Whether this process has been told to end: a worker of a pool would go on with its next job."""

    told = False

    @classmethod
    def now(cls, *_: object) -> None:
        cls.told = True
        sys.exit(143)


def _end_on_signal() -> None:
    """Let a polite end unwind, so that benches are taken down."""
    signal.signal(signal.SIGTERM, Ending.now)


def _work(name: str, seed: str, wish: Wish) -> list[Mark]:
    if Ending.told:
        sys.exit(143)
    return run_scenario(name, seed, wish)


@contextlib.contextmanager
def _children_end_too(pool: ProcessPoolExecutor) -> Iterator[None]:
    """When this process is told to end, so are those that work for it."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise


def _remove_leftovers() -> None:
    """Take down what a run that was killed has left."""
    for room in journal.leftovers():
        print("removing", room, file=sys.stderr)
        journal.remove(room)


def _run(options: argparse.Namespace, wish: Wish) -> int:
    seeds = [options.seed] if options.seed else options.seeds.split(",")
    work = [(name, seed) for seed in seeds for name in names(options.only)]
    work.sort(key=lambda job: "memory" in job[0])  # what they leave in the kernel's log, all boxes see for good
    marks: list[Mark] = []
    troubles: list[str] = []
    begun = time.monotonic()
    _end_on_signal()
    _remove_leftovers()
    with ProcessPoolExecutor(options.jobs, initializer=_end_on_signal) as pool, _children_end_too(pool):
        jobs = {pool.submit(_work, name, seed, wish): (name, seed) for name, seed in work}
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
