"""Measure `why502 logs` against its peers: `make bench-logs`. Every figure is a ratio of whole processes run in turns.

The logs are made by `lab.logs` (seeded; 4 million lines, about 0.9 GB) in a folder of their own and removed again; they
are read once before anything is measured, so that all of it comes from memory. A peer that is not installed is left
out and named. `python tools/bench_logs.py nginx gz` measures the figures whose names hold one of these words;
`--keep FOLDER` keeps the logs there and takes what is there already; `--write FILE` writes the table as Markdown.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHY502 = str(Path(sys.executable).with_name("why502"))
LINES = 4_000_000
TURNS = 5
MEMORY = 300.0
AWK = "{ counts[$9]++ } END { for (status in counts) print status, counts[status] }"
DUCKDB = """
import duckdb, sys
print(duckdb.sql(f'''select split_part(split_part(line, '"', 3), ' ', 2) as status, count(*)
    from read_csv('{sys.argv[1]}', delim='\\x01', header=false, quote='', escape='',
    columns={{'line': 'VARCHAR'}}) group by 1''').fetchall())
"""


@dataclass(frozen=True)
class Spent:
    """Seconds from start to end, and MiB of the highest resident set."""

    seconds: float
    mib: float


@dataclass(frozen=True)
class Figure:
    """A ratio (or seconds, MiB, MB/s), what is allowed, and what was run. `at_least`: more is better."""

    name: str
    measured: float
    allowed: float | None
    unit: str
    ours: float
    theirs: float
    command: str
    at_least: bool = False

    @property
    def good(self) -> bool:
        """Tell whether it is within its bar."""
        if self.allowed is None:
            return True
        return self.measured >= self.allowed if self.at_least else self.measured <= self.allowed

    def __str__(self) -> str:
        """Write one line."""
        bar = "" if self.allowed is None else f"{'≥' if self.at_least else '≤'} {self.allowed:g}"
        verdict = "" if self.allowed is None else "ok" if self.good else "MISSED"
        ratio = f"{self.name:52} {self.measured:9.2f} {self.unit:5} {bar:7} {verdict:6}"
        return f"{ratio} {self.ours:7.2f} s {self.theirs:8.2f} s"


def run(command: Sequence[str]) -> Spent:
    """Run a command to its end. Its output is read through a pipe: grep stops at the first match for /dev/null."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/") as started:
        assert started.stdout is not None
        said = b""
        while piece := started.stdout.read(1 << 16):
            said = piece
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in (0, 1 if command[0] in (WHY502, "grep", "rg") else 0):
        raise SystemExit(f"bench: {' '.join(command)[:200]} ended with {started.returncode}: {said.decode()[-400:]}")
    return Spent(time.perf_counter() - began, usage.ru_maxrss / 1024)


def in_turns(ours: Sequence[str], theirs: Sequence[Sequence[str]], turns: int = TURNS) -> tuple[float, float, float]:
    """Run both in turns; return the medians of the ratio, of ours and of theirs (together, if several)."""
    run(ours)
    pairs = [(run(ours).seconds, sum(run(each).seconds for each in theirs)) for _ in range(turns)]
    ratio = statistics.median(one / other for one, other in pairs)
    return ratio, statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


class Logs:
    """Makes each log once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def made(self, name: str, *options: str, lines: int = LINES) -> Path:
        """Return a log of this name, made if it is not there, and read once."""
        path = self.folder / name
        if not path.exists():
            command = [
                sys.executable,
                "-m",
                "lab.logs",
                "--lines",
                str(lines),
                "--seed",
                "1",
                *options,
                "-o",
                str(path),
            ]
            subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        run(["cat", str(path)])
        return path

    def nginx(self) -> Path:
        """Return the log most figures are of."""
        return self.made("nginx.log", "--format", "nginx-upstream")

    def four(self) -> Path:
        """Return one of four times the size, of four days."""
        return self.made("nginx4.log", "--format", "nginx-upstream", "--hours", "96", lines=4 * LINES)


def ours(path: Path, *options: str) -> list[str]:
    """Return our command: the whole answer, as JSON."""
    return [WHY502, "logs", str(path), "--json", "--tz", "UTC", *options]


def compared(
    name: str, log: Path, peers: Sequence[Sequence[str]], allowed: float | None, *options: str, turns: int = TURNS
) -> Iterator[Figure]:
    """Yield the ratio to peers that are installed."""
    missing = [peer[0] for peer in peers if shutil.which(peer[0]) is None]
    if missing:
        print(f"{name}: left out, {', '.join(missing)} is not installed", file=sys.stderr)
        return
    command = ours(log, *options)
    ratio, mine, others = in_turns(command, peers, turns)
    shown = " + ".join(" ".join("…" if "\n" in word else word for word in peer[:-1]) for peer in peers)
    yield Figure(name, ratio, allowed, "times", mine, others, shown)


def nginx_against_grep(logs: Logs) -> Iterator[Figure]:
    """1 GB and 4 GB, with and without the kernel; memory."""
    for name, log, allowed in (("nginx 1 GB / grep", logs.nginx(), 0.7), ("nginx 4 GB / grep", logs.four(), 0.5)):
        yield from compared(name, log, [["grep", "-c", " 502 ", str(log)]], allowed)
    log = logs.nginx()
    yield from compared(
        "nginx 1 GB without the kernel / grep",
        log,
        [["grep", "-c", " 502 ", str(log)]],
        4.0,
        "--engine",
        "vectorised",
        turns=3,
    )
    for name, log in (("memory, nginx 1 GB", logs.nginx()), ("memory, nginx 4 GB", logs.four())):
        spent = run(ours(log))
        yield Figure(name, spent.mib, MEMORY, "MiB", spent.seconds, 0, "")


def quick_peers(logs: Logs) -> Iterator[Figure]:
    """Awk, ripgrep and DuckDB by hand on the same file."""
    log = logs.nginx()
    for name, peer, allowed, turns in (
        ("nginx 1 GB / awk counting statuses", ["mawk", AWK, str(log)], 1 / 4, 3),
        ("nginx 1 GB / ripgrep", ["rg", "-c", " 502 ", str(log)], None, 3),
        ("nginx 1 GB / DuckDB by hand", [sys.executable, "-c", DUCKDB, str(log)], None, 3),
    ):
        yield from compared(name, log, [peer], allowed, turns=turns)


def slow_peers(logs: Logs) -> Iterator[Figure]:
    """GoAccess and lnav take minutes: they run once, GoAccess on a combined log as it reads no other unaided."""
    log = logs.nginx()
    if shutil.which("goaccess"):
        command = ["goaccess", str(log), "--log-format", '%h %^[%d:%t %^] "%r" %s %b "%R" "%u" %^', "--date-format"]
        command += ["%d/%b/%Y", "--time-format", "%T", "-o", str(logs.folder / "goaccess.json"), "--no-progress"]
        yield once("nginx 1 GB / GoAccess", ours(log), command, 1 / 500)
    if shutil.which("lnav"):
        command = ["lnav", "-n", "-c", ";select sc_status, count(*) from access_log group by 1", str(log)]
        yield once("nginx 1 GB / lnav", ours(log), command, None)


def once(name: str, mine: Sequence[str], theirs: Sequence[str], allowed: float | None) -> Figure:
    """Run a slow peer once."""
    run(mine)
    own = statistics.median(run(mine).seconds for _ in range(3))
    other = run(theirs).seconds
    return Figure(name, own / other, allowed, "times", own, other, " ".join(theirs[:1]))


def haproxy(logs: Logs) -> Iterator[Figure]:
    """Against halog, asked for servers and for termination codes."""
    log = logs.made("haproxy.log", "--format", "haproxy")
    peers = [["sh", "-c", f"halog {way} < {log}", "halog"] for way in ("-srv", "-tc")]
    if shutil.which("halog"):
        ratio, mine, others = in_turns(ours(log), peers)
        yield Figure("HAProxy / halog -srv + halog -tc", ratio, 0.7, "times", mine, others, "halog -srv, halog -tc")


def json_formats(logs: Logs) -> Iterator[Figure]:
    """MB/s of JSON logs."""
    for form in ("caddy", "traefik-json", "envoy-json", "gcp"):
        log = logs.made(f"{form}.log", "--format", form, lines=LINES // 4)
        run(ours(log))
        spent = statistics.median(run(ours(log)).seconds for _ in range(TURNS))
        yield Figure(f"{form}, JSON", log.stat().st_size / 1e6 / spent, 500.0, "MB/s", spent, 0, "", at_least=True)


def compressed(logs: Logs) -> Iterator[Figure]:
    """Compare a gz file with zcat to nowhere."""
    packed = logs.folder / "nginx.log.gz"
    if not packed.exists():
        with packed.open("wb") as out:
            subprocess.run(["gzip", "-6", "-c", str(logs.nginx())], stdout=out, check=True)
    yield from compared("gz of 1 GB / zcat", packed, [["zcat", str(packed)]], None)


def crowds(logs: Logs) -> Iterator[Figure]:
    """10,000 upstreams, a million paths and a million clients take at most twice the time."""
    usual = logs.nginx()
    crowd = ("--format", "nginx-upstream", "--upstreams", "10000", "--paths", "1000000", "--clients", "1000000")
    log = logs.made("crowd.log", *crowd)
    ratio, mine, others = in_turns(ours(log), [ours(usual)])
    yield Figure("10,000 upstreams, 10^6 paths and clients / usual", ratio, 2.0, "times", mine, others, "the usual log")
    spent = run(ours(log))
    yield Figure("the same, memory", spent.mib, MEMORY, "MiB", spent.seconds, 0, "")


FIGURES: tuple[Callable[[Logs], Iterator[Figure]], ...] = (
    nginx_against_grep,
    quick_peers,
    slow_peers,
    haproxy,
    json_formats,
    compressed,
    crowds,
)


def table(figures: Sequence[Figure]) -> str:
    """Write the figures as Markdown."""
    lines = ["| figure | measured | bar | ours | peer |", "|---|---|---|---|---|"]
    for each in figures:
        bar = "" if each.allowed is None else f"{'≥' if each.at_least else '≤'} {each.allowed:g}"
        peer = f"{each.theirs:.2f} s" if each.theirs else ""
        value = f"{each.measured:.0f}" if each.measured >= 100 else f"{each.measured:.3g}"  # noqa: PLR2004
        lines.append(f"| {each.name} | {value} {each.unit} | {bar} | {each.ours:.2f} s | {peer} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print each figure; 1 if one misses its bar."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("words", nargs="*")
    given.add_argument("--keep", type=Path)
    given.add_argument("--write", type=Path)
    chosen = given.parse_args()
    wanted = [each for each in FIGURES if not chosen.words or any(word in each.__name__ for word in chosen.words)]
    measured: list[Figure] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        for figures in wanted:
            for figure in figures(Logs(folder)):
                print(figure, flush=True)
                measured.append(figure)
    if chosen.write:
        text = chosen.write.read_text() if chosen.write.exists() else ""
        head, mark, _ = text.partition("<!-- measured -->\n")
        chosen.write.write_text((head + mark if mark else text) + table(measured))
    return int(not all(each.good for each in measured))


if __name__ == "__main__":
    sys.exit(main())
