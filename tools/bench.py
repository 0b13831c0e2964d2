"""Measure what a user waits for: `make bench`. Figures are ratios of medians of interleaved runs."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 20


def seconds(command: tuple[str, ...]) -> float:
    """Run a command once and time it."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def version_start() -> tuple[str, float, float, float]:
    """Time `why502 --version` against `python -c 'import click'`: name, both in seconds, allowed ratio."""
    ours = (str(Path(sys.executable).with_name("why502")), "--version")
    click = (sys.executable, "-c", "import click")
    for command in (ours, click):
        seconds(command)
    pairs = [(seconds(ours), seconds(click)) for _ in range(RUNS)]
    return "why502 --version / import click", *(statistics.median(column) for column in zip(*pairs, strict=True)), 1.5


FIGURES: tuple[Callable[[], tuple[str, float, float, float]], ...] = (version_start,)


def main() -> int:
    """Print each figure; 1 if one is over what is allowed."""
    status = 0
    for figure in FIGURES:
        name, measured, yardstick, allowed = figure()
        ratio = measured / yardstick
        print(f"{name}: {measured * 1000:.1f} ms / {yardstick * 1000:.1f} ms = {ratio:.2f} (allowed {allowed})")
        status |= ratio > allowed
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
