"""`why502 URL …`: diagnose requests, from where you stand, as deep as you may look."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from why502.cli.options import Printing, body, diagnosing, header, host_port, resolve, seconds_back

if TYPE_CHECKING:
    from why502.diagnosis.options import Options
    from why502.report.model import Report

ORDER = (1, 3, 0)
FORM = "application/x-www-form-urlencoded"
"""What curl says of the body that it is given."""


@click.command(hidden=True)
@click.argument("targets", nargs=-1)
@diagnosing
def command(targets: tuple[str, ...], **chosen: Any) -> int:
    """Diagnose TARGET …: a URL, a host, or host:port; without one, every gateway of this host."""
    options = options_of(chosen)
    printing = printing_of(chosen)
    if not targets:
        return whole_host(options, printing)
    from why502.diagnosis.options import TargetError
    from why502.diagnosis.target import parse_target

    try:
        for each in targets:
            parse_target(each)
    except TargetError as wrong:
        raise click.UsageError(str(wrong)) from None
    if printing.save is not None and len(targets) > 1:
        raise click.UsageError("--save keeps the evidence of one target; name one")
    check_writable(printing)
    reports, interrupted = examine_all(targets, options, printing)
    show(reports, printing)
    return interrupted or worst([status_of(each) for each in reports])


def whole_host(options: Options, printing: Printing) -> int:
    """Diagnose every gateway found on this host."""
    from why502.cli.progress import can_turn, watching

    if printing.save is not None:
        raise click.UsageError("--save keeps the evidence of one target; name one")
    check_writable(printing)
    import asyncio

    from why502.cli.stopping import stopped_by_signals

    async def diagnosing() -> tuple[tuple[Report, ...], int, int]:
        from why502.api import ahere

        with stopped_by_signals() as stop:
            return *await ahere(options, stop=stop.event), stop.number

    with watching("this host", on=can_turn() and not printing.quiet):
        reports, left_out, signal = asyncio.run(diagnosing())
    if not reports:
        says = "No route of a gateway was found on this host; name a URL to diagnose."
        click.echo("Interrupted before a route was asked." if signal else says, err=True)
        return 128 + signal if signal else 3
    show(list(reports), printing)
    if left_out:
        click.echo(f"{left_out} more routes were not asked (`why502 gateways` lists them).", err=True)
    return 128 + signal if signal else worst([status_of(each) for each in reports])


def options_of(chosen: dict[str, Any]) -> Options:
    """Turn what was given into options; a wrong one is one line."""
    from why502.diagnosis.options import Options
    from why502.survey.budget import Policy

    data = None if chosen["data"] is None else body(chosen["data"])
    method = chosen["method"] or ("POST" if data is not None else "GET")
    if not method.isascii() or not method.isalpha():
        raise click.UsageError(f"-X {method!r}: not a method")
    own = tuple(header(each) for each in chosen["headers"])
    typed = any(name.lower() == "content-type" for name, _ in own)
    headers = own if data is None or typed else (*own, ("Content-Type", FORM))
    return Options(
        since=seconds_back(chosen["since"], datetime.now(UTC)),
        deadline=chosen["deadline"],
        tries=chosen["tries"],
        method=method.upper(),
        headers=headers,
        data=data,
        connect_to=host_port(chosen["connect_to"], "--connect-to") if chosen["connect_to"] else None,
        resolve=tuple(found for each in chosen["resolve"] for found in resolve(each)),
        insecure=chosen["insecure"],
        follow=not chosen["no_follow"],
        mark=not chosen["no_mark"],
        repeat_unsafe=chosen["repeat_unsafe"],
        trust_upstream=chosen["trust_upstream"],
        policy=Policy(
            off=frozenset(chosen["no_look"]),
            outside=chosen["outside"],
            probe=not chosen["no_probe"],
        ),
    )


def printing_of(chosen: dict[str, Any]) -> Printing:
    """Decide how the report is written."""
    colour = sys.stdout.isatty() and not chosen["no_color"] and not os.environ.get("NO_COLOR")
    return Printing(
        format="json" if chosen["as_json"] else chosen["format_"],
        output=chosen["output"],
        save=chosen.get("save"),
        verbose=chosen["verbose"],
        quiet=chosen["quiet"],
        colour=colour and chosen["output"] is None and os.environ.get("TERM") != "dumb",
    )


def examine_all(targets: tuple[str, ...], options: Options, printing: Printing) -> tuple[list[Report], int]:
    """Diagnose one target after the other; also return the exit status of a signal that ended it early, or 0."""
    reports = []
    for each in targets:
        report, signal = examine(each, options, printing)
        reports.append(report)
        if signal:
            return reports, 128 + signal
    return reports, 0


def examine(target: str, options: Options, printing: Printing) -> tuple[Report, int]:
    """Diagnose one target, with progress on standard error while it looks; return the signal that ended it, or 0."""
    import asyncio

    from why502.cli.progress import can_turn, watching
    from why502.cli.stopping import stopped_by_signals
    from why502.diagnosis.target import parse_target

    async def diagnosing() -> tuple[Report, int]:
        from why502.api import adiagnose

        with stopped_by_signals() as stop:
            return await adiagnose(target, options, bundle=printing.save, stop=stop.event), stop.number

    with watching(parse_target(target).written.partition("?")[0], on=can_turn() and not printing.quiet):
        try:
            return asyncio.run(diagnosing())
        except OSError as error:
            if printing.save is None:
                raise
            raise click.UsageError(f"--save {printing.save}: {error.strerror}") from None


def check_writable(printing: Printing) -> None:
    """Complain about a file that cannot be written before time is spent on what it is for."""
    for option, path in (("-o", printing.output), ("--save", printing.save)):
        if path is None:
            continue
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise click.UsageError(f"{option} {path}: no such directory")
        if not os.access(path if os.path.exists(path) else folder, os.W_OK):
            raise click.UsageError(f"{option} {path}: not writable")
    if printing.save is not None:
        from why502.vantage.bundle import is_taken

        if is_taken(printing.save):
            raise click.UsageError(f"--save {printing.save}: there is something else than a regular file")


def show(reports: list[Report], printing: Printing) -> None:
    """Write the reports to standard output or to a file."""
    text = "".join(written(reports, printing))
    if printing.output is None:
        click.echo(text, nl=False, color=printing.colour or None)
        return
    try:
        with open(printing.output, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise click.UsageError(f"-o {printing.output}: {error.strerror}") from None


def written(reports: list[Report], printing: Printing) -> list[str]:
    """Return the pieces of the output."""
    from why502.report.text import summary_line, to_line

    if printing.format == "json":
        indent = 2 if len(reports) == 1 else None
        return [each.to_json(indent).rstrip("\n") + "\n" for each in reports]
    if printing.format == "html":
        return [each.to_html() for each in reports]
    if printing.format == "markdown":
        return [each.to_markdown() for each in reports]
    if printing.quiet:
        return [to_line(each) + "\n" for each in reports]
    lines = [summary_line(each) + "\n" for each in reports] if len(reports) > 1 else []
    ascii_only = "utf" not in (sys.stdout.encoding or "").lower()
    texts = [
        each.to_text(width=width(), colour=printing.colour, ascii_only=ascii_only, verbose=printing.verbose)
        for each in reports
    ]
    return [*lines, *(["\n"] if lines else []), *texts]


def width() -> int:
    """Return how wide a text is written: as the terminal, within what can be read well."""
    return min(max(columns(), 40), 120)


def columns() -> int:
    """Return the width of the terminal, 80 where there is none."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def status_of(report: Report) -> int:
    """Return the exit status of one report (`docs/interface.md`)."""
    from why502.report.parts import Certainty, Verdict

    match report.verdict:
        case Verdict.HEALTHY:
            return 0
        case Verdict.OTHER_ERROR:
            status = report.answer.status if report.answer is not None else None
            return 1 if status is not None and status >= 500 else 0  # noqa: PLR2004
        case Verdict.BAD_GATEWAY | Verdict.INTERMITTENT | Verdict.RECOVERED:
            return 1
        case Verdict.UNREACHABLE:
            proven = any(each.cause.certainty is Certainty.PROVEN for each in report.incidents)
            return 1 if proven else 3
        case Verdict.INCONCLUSIVE:
            return 3


def worst(statuses: list[int]) -> int:
    """Return the one that leads: 1, then 3, then 0."""
    return next((each for each in ORDER if each in statuses), 0)
