"""What `why502 logs` was asked for, and how an answer is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from why502.observations.frozen import frozen

if TYPE_CHECKING:
    from why502.logs.questions import Condition, Dimension
    from why502.report.logs.model import LogsReport

CLIENT = "client"
MANY = 2000


@frozen
class Asked:
    """What the command line asks for beside the scan itself. `question`: a table instead of the report."""

    names: tuple[str, ...]
    format: str
    output: str | None
    verbose: bool
    quiet: bool
    colour: bool
    by: tuple[str, ...]
    where: Condition | None

    @property
    def question(self) -> bool:
        """Tell whether a table is asked for instead of the report."""
        return bool(self.by)


def rendered(asked: Asked, report: LogsReport) -> str:
    """Write the report in the format that was asked for."""
    match asked.format:
        case "json":
            # Indented JSON is written ten times as slowly; so long a report is read by programs only.
            many = len(report.logs.upstreams) + len(report.logs.routes) > MANY
            return report.to_json(None if many else 2).rstrip("\n") + "\n"
        case "html":
            return report.to_html()
        case "markdown":
            return report.to_markdown()
        case _ if asked.quiet:
            from why502.report.logs.text import to_line

            return to_line(report) + "\n"
        case _:
            ascii_only = asked.output is None and "utf" not in (sys.stdout.encoding or "").lower()
            return report.to_text(
                width=readable_width(), colour=asked.colour, ascii_only=ascii_only, verbose=asked.verbose
            )


def put(asked: Asked, text: str) -> None:
    """Write to standard output or to the file."""
    if asked.output is None:
        click.echo(text, nl=False, color=asked.colour or None)
        return
    try:
        with open(asked.output, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        from why502.cli.running import UNWRITABLE

        if error.errno in UNWRITABLE:
            raise
        raise click.UsageError(f"-o {asked.output}: {error.strerror}") from None


def readable_width() -> int:
    """Return how wide a text is written: as the terminal, within what can be read well."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, 40), 120) if sys.stdout.isatty() else 80


def status_of(report: LogsReport) -> int:
    """Return the exit status of a report of logs."""
    from why502.report.parts import Verdict

    if report.verdict is Verdict.INCONCLUSIVE:
        return 3
    return 1 if report.incidents else 0


def dimensions(asked: Asked) -> list[Dimension]:
    """Return what a question is about."""
    from why502.logs.questions import Dimension

    by = [Dimension(each) for each in asked.by if each != CLIENT]
    return [*by, *(asked.where.names if asked.where is not None else ())]
