"""The scores as text: for a terminal and for the page that is published."""

from __future__ import annotations

import datetime as dt
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata

from lab.nginx import DEBIAN, _wheel
from lab.score import Mark, Row, add_up
from lab.truth import Place

HEAD = ("place", "cause", "runs", "first", "subject", "proven", "failure", "baseline", "wrong", "accused")
TIMES = ("median s", "p95 s", "MiB")


def table(marks: Sequence[Mark]) -> str:
    """Write a Markdown table, which is also readable as it stands."""
    rows = [HEAD + TIMES, *(_cells(row) for row in add_up(marks))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    shares = (row.first, row.subject, row.proven, row.failure, row.baseline)
    return (
        row.place.value,
        row.cause,
        str(row.runs),
        *(f"{right}/{asked}" if asked else "-" for right, asked in shares),
        str(row.wrong),
        str(row.accused),
        f"{row.median:.1f}",
        f"{row.late:.1f}",
        f"{row.memory / 1024:.0f}",
    )


def findings(marks: Sequence[Mark]) -> str:
    """Every run that was not perfect, one line each."""
    return "\n".join(line for line in (_finding(mark) for mark in marks) if line)


def _finding(mark: Mark) -> str:
    faults = [
        *(["first cause wrong"] if mark.first is False else []),
        *(["failure wrong"] if mark.failure is False else []),
        *(["subject wrong"] if mark.subject is False else []),
        *(["not proven"] if mark.proven is False else []),
        *([f"PROVES WRONGLY {', '.join(mark.wrong)}"] if mark.wrong else []),
        *([f"ACCUSES {', '.join(mark.accused)}"] if mark.accused else []),
        *([mark.trouble] if mark.trouble else []),
    ]
    where = f"{mark.scenario} seed {mark.seed} from {mark.place.value}"
    return f"{where}: {mark.answered} (truth {mark.cause}): {'; '.join(faults)}" if faults else ""


def page(marks: Sequence[Mark], troubles: Sequence[str], seeds: Sequence[str]) -> str:
    """docs/accuracy.md"""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    scenarios = len({mark.scenario for mark in marks})
    lines = [
        "# How often it is right",
        "",
        f"Made by `python -m lab run --seeds {','.join(seeds)} --write docs/accuracy.md` on {today}:",
        f"{scenarios} scenarios, {len(marks)} runs of the tool. {versions()}.",
        "",
        "Real faults of known cause, made with the real programs. *first*: the first cause is right. *subject*: and of",
        "the right thing. *proven*: of those that can be proven from there, proven with the deciding fact among the",
        "evidence. *failure*: what the gateway met is named rightly. *baseline*: a table that is told the true failure",
        "and answers its most common cause. *wrong*: causes proven that are not true or cannot be known from there.",
        "*accused*: sound set-ups in which something was accused. *root*, *user*: on the gateway with and without",
        "root. *outside*: a client's machine; what lies behind a gateway can only be guessed there, and a right guess",
        "is counted.",
        "",
        table(marks),
        "",
        "## Runs that were not perfect",
        "",
        "(From outside only wrong proofs and accusations: guesses behind a gateway are in the table.)",
        "",
        *(f"- {line}" for line in findings(_told(marks)).splitlines()),
        *(f"- not measured: {trouble.splitlines()[0]}" for trouble in troubles),
    ]
    return "\n".join(lines) + "\n"


def _told(marks: Sequence[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.place is not Place.OUTSIDE or mark.wrong or mark.accused]


def versions() -> str:
    """Of everything that takes part."""
    nginx = [_output([binary, "-v"]).rpartition("/")[2] for binary in (DEBIAN, str(_wheel()))]
    packages = [f"{name} {metadata.version(name)}" for name in ("why502", "gunicorn", "uvicorn")]
    return ", ".join(
        [
            *packages,
            f"nginx {' and '.join(nginx)}",
            f"uWSGI {_output(['uwsgi', '--version'])}",
            f"PHP {_output(['php-fpm8.2', '-v']).split()[1]}",
            f"Node {_output(['node', '--version'])}",
            _output(["systemctl", "--version"]).splitlines()[0].split(" (")[0],
            f"Python {platform.python_version()}",
            f"Linux {platform.release().partition('-')[0]}",
        ]
    )


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
