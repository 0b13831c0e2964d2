"""Counts as a table: `--by`, and all that was counted as CSV or Parquet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from why502.cli.answering import CLIENT, Asked, dimensions, put, readable_width
from why502.cli.running import UNWRITABLE
from why502.logs.questions import EVERYTHING, Dimension, cells_for, is_exact, minute_shown, shown, table

if TYPE_CHECKING:
    from why502.diagnosis.scanning import LogsOutcome

CELLS = ("minute", "upstream", "route", "status", "failure", "outcome", "count")
COUNTS = ("requests", "failed", "rescued", "messages")
ROWS = 50
TYPES = {
    "minute": "TIMESTAMP",
    "upstream": "VARCHAR",
    "route": "VARCHAR",
    "status": "SMALLINT",
    "failure": "VARCHAR",
    "outcome": "VARCHAR",
    "count": "BIGINT",
}
EXTRA = "why502[logs]"
Rows = list[tuple[str | int, ...]]


def write(asked: Asked, outcome: LogsOutcome) -> None:
    """Write the table that is asked for."""
    if outcome.cells is not None and outcome.tally.level:
        click.echo(
            "why502: so many different ones were met that some are counted as * (`why502 logs` says which)", err=True
        )
    if asked.format == "parquet":
        _parquet(asked, outcome)
    elif not asked.by:
        with _output(asked) as out:
            _csv(out, CELLS, _cells(asked, outcome))
    else:
        head, rows = _counted(asked, outcome)
        match asked.format:
            case "csv":
                with _output(asked) as out:
                    _csv(out, head, rows)
            case "json":
                put(asked, _json(asked, head, rows))
            case _:
                put(asked, _text(asked, head, rows))


def _cells(asked: Asked, outcome: LogsOutcome) -> Iterator[tuple[str | int, ...]]:
    """Yield every cell, by time."""
    where = asked.where or EVERYTHING
    cells = outcome.cells or {}
    for cell in sorted(cells, key=lambda each: (each.minute, each.upstream, each.route, each.status, each.outcome)):
        if where.test(cell):
            yield (
                minute_shown(cell.minute),
                _safe(cell.upstream),
                _safe(cell.route),
                cell.status,
                shown(cell, Dimension.FAILURE),
                shown(cell, Dimension.OUTCOME),
                cells[cell],
            )


def _safe(text: str) -> str:
    """Return text from a log so that it moves no terminal's cursor."""
    if text.isascii() and text.isprintable():
        return text
    from why502.report.visible import visible

    return visible(text)


def _counted(asked: Asked, outcome: LogsOutcome) -> tuple[tuple[str, ...], Rows]:
    where = asked.where or EVERYTHING
    if CLIENT in asked.by:
        return (*asked.by, "failed"), _by_client(asked, outcome)
    names = frozenset(dimensions(asked))
    cells = cells_for(outcome.tally, names) if is_exact(names) else outcome.cells or {}
    rows: Rows = []
    for row in table(cells, tuple(Dimension(each) for each in asked.by), where):
        each = row.counted
        rows.append((*map(_safe, row.values), each.requests, each.failed, each.rescued, each.messages))
    return (*asked.by, *COUNTS), rows


def _by_client(asked: Asked, outcome: LogsOutcome) -> Rows:
    from why502.cli.ending import ended_by_signals
    from why502.diagnosis.clients import failed_by_client, rows
    from why502.diagnosis.scanning import Readers

    readers = Readers()
    with ended_by_signals(readers.stop) as ending:
        counts = failed_by_client(
            asked.names,
            outcome.options,
            outcome.tally,
            asked.where or EVERYTHING,
            stop=ending.event,
            readers=readers,
        )
    found = rows(counts, asked.by)
    return [(*map(_safe, key), found[key]) for key in sorted(found, key=lambda key: (-found[key], key))]


# How it is written


@contextmanager
def _output(asked: Asked) -> Iterator[TextIO]:
    if asked.output is None:
        yield sys.stdout
        return
    try:
        with open(asked.output, "w", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        if error.errno in UNWRITABLE:
            raise
        raise click.UsageError(f"-o {asked.output}: {error.strerror}") from None


def _csv(out: TextIO, head: Iterable[str], rows: Iterable[tuple[str | int, ...]]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)


def _json(asked: Asked, head: tuple[str, ...], rows: Rows) -> str:
    import json

    made = {"by": list(asked.by), "rows": [dict(zip(head, row, strict=True)) for row in rows]}
    return json.dumps(made, indent=2).replace("\x7f", "\\u007f") + "\n"


def _text(asked: Asked, head: tuple[str, ...], rows: Rows) -> str:
    from why502.report.layout import Look
    from why502.report.logs.text import table as drawn

    ascii_only = asked.output is None and "utf" not in (sys.stdout.encoding or "").lower()
    look = Look(width=readable_width(), colour=asked.colour, ascii_only=ascii_only)
    shown_rows = rows if asked.verbose else rows[:ROWS]
    cells = [[f"{each:,}" if isinstance(each, int) else each for each in row] for row in shown_rows]
    lines = list(drawn(look, head, cells, right=range(len(asked.by), len(head)), indent=""))
    if len(rows) > len(cells):
        lines.append(f"and {len(rows) - len(cells):,} more (-v)")
    return "\n".join(lines) + "\n"


def _parquet(asked: Asked, outcome: LogsOutcome) -> None:
    """Write Parquet by way of a CSV that DuckDB reads: it is far faster at that than at single rows."""
    import os
    import tempfile

    from why502.vantage.blocks.extras import first_package, missing

    duckdb = first_package("duckdb")
    if duckdb is None:
        raise missing(EXTRA, "--format parquet")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cells.csv")
        with open(path, "w", encoding="utf-8", newline="") as out:
            _csv(out, CELLS, _cells(asked, outcome))
        with duckdb.connect() as base:
            try:
                made = base.read_csv(path, header=True, dtype=TYPES, delimiter=",", quotechar='"')
                made.write_parquet(asked.output, compression="zstd")
            except (duckdb.IOException, duckdb.Error) as error:
                raise OSError(28 if "space" in str(error).lower() else 5, str(error).partition("\n")[0]) from None
