"""`why502 logs NAME …`: what failed in logs of any size, when, whom it hit, and why perhaps."""

from __future__ import annotations

import gc
import os
import sys
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from why502.cli.answering import CLIENT, Asked, dimensions, put, rendered, status_of
from why502.cli.options import SPAN, UNITS

if TYPE_CHECKING:
    from why502.diagnosis.scanning import LogsOptions, LogsOutcome
    from why502.logs.questions import Condition
    from why502.scan.scheduler import Cluster

FORMATS = ("text", "json", "markdown", "html", "csv", "parquet")
DIMENSIONS = ("upstream", "route", "status", "failure", "outcome", "client", "minute")
OF_CONDITION = ("upstream", "status", "failure")
"""What is counted by where a condition is given and nothing is said."""


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--log-format", metavar="TEXT", help="The directive that the log was written by, such as a log_format.")
@click.option("--by", multiple=True, type=click.Choice(DIMENSIONS), help="A table of counts by this (repeatable).")
@click.option("--where", metavar="CONDITION", help="Count only this: 'status=502 and upstream=10.0.0.1:8080'.")
@click.option("--since", metavar="SPAN|TIME", help="Only lines from then on: 15m, 2026-11-20T14:00.  [default: all]")
@click.option("--until", metavar="SPAN|TIME", help="Only lines up to then.")
@click.option("--tz", metavar="ZONE", help="Zone of times without one: Europe/Berlin.  [default: this host's]")
@click.option("-f", "--follow", is_flag=True, help="Go on as the logs grow, until Ctrl-C.")
@click.option("--threads", type=click.IntRange(1, 1024), metavar="N", help="Threads to use.  [default: one a core]")
@click.option("--cluster", metavar="ADDRESS", help="Count on this Dask cluster: tls://scheduler:8786.")
@click.option("--tls-ca-file", type=click.Path(dir_okay=False), help="Of --cluster, as --tls-cert and --tls-key.")
@click.option("--tls-cert", type=click.Path(dir_okay=False), hidden=True)
@click.option("--tls-key", type=click.Path(dir_okay=False), hidden=True)
@click.option("--engine", type=click.Choice(["compiled", "vectorised", "plain"]), hidden=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="How the report is written.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the report to this file.")
@click.option("-v", "--verbose", is_flag=True, help="Tell every incident, row and line.")
@click.option("-q", "--quiet", is_flag=True, help="One line.")
@click.option("--no-color", is_flag=True, help="No colour (NO_COLOR is honoured too).")
def command(names: tuple[str, ...], **chosen: Any) -> int:
    """Tell what failed in logs: when, at which upstreams and routes, whom it hit, and why perhaps.

    NAME is a file, a pattern, a directory, - (standard input), journal: or journal:UNIT, or a URL (s3://, gs://,
    az://, https://, ssh://). Rotated and compressed logs are read as well; formats are recognised.
    """
    from why502.vantage.blocks.contract import InputError

    zone = zone_of(chosen["tz"])
    asked = asked_of(names, chosen, zone)
    check_writable(asked)
    try:
        if not chosen["follow"]:
            gc.disable()  # a run of seconds, of records without cycles
        options = options_of(chosen, asked, zone)
        if chosen["follow"]:
            from why502.cli.following import follow

            return follow(asked, options)
        outcome, signal = scanned(asked, options)
        status = written(asked, outcome)
    except InputError as wrong:
        raise click.UsageError(str(wrong)) from None
    finally:
        gc.enable()
    return 128 + signal if signal else status


def scanned(asked: Asked, options: LogsOptions) -> tuple[LogsOutcome, int]:
    """Scan, with a meter on standard error; return the signal that ended it, or 0."""
    from why502.cli.ending import ended_by_signals
    from why502.cli.meter import metering
    from why502.diagnosis.scanning import Readers, run
    from why502.scan.engine import slow

    if (why := slow()) is not None and options.cluster is None:
        _warn(why)
    readers = Readers()
    on = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not asked.quiet
    with ended_by_signals(readers.stop) as ending, metering(on=on) as meter:
        outcome = run(
            asked.names, options, stop=ending.event, readers=readers, progress=meter, meanwhile=load_what_follows
        )
        return outcome, ending.number


def load_what_follows() -> None:
    """Import what comes after the scan while other threads are at it."""
    import why502.report.logs.assemble
    import why502.vantage.redaction  # noqa: F401


def written(asked: Asked, outcome: LogsOutcome) -> int:
    """Write what is asked for; return the exit status."""
    from why502.report.logs.assemble import assemble

    for skipped in outcome.skipped:
        if skipped.named:
            _warn(f"{skipped.name}: {skipped.why}")
    if outcome.unknown and len(outcome.unknown) == len(outcome.tally.files) and not outcome.stopped:
        more = f" (and {len(outcome.unknown) - 1} more)" if len(outcome.unknown) > 1 else ""
        raise click.UsageError(f"{outcome.unknown[0]}: not a log that is known{more}; --log-format says how to read it")
    for name in outcome.unknown:
        _warn(f"{name}: not a log that is known; --log-format says how to read it")
    report = assemble(outcome)
    if asked.question or asked.format in ("csv", "parquet"):
        from why502.cli.tables import write

        write(asked, outcome)
    else:
        put(asked, rendered(asked, report))
    return status_of(report)


def _warn(what: str) -> None:
    from why502.report.visible import bounded, visible

    click.echo(f"why502: {visible(bounded(what, 300))}", err=True)


# What the command line says


def asked_of(names: tuple[str, ...], chosen: dict[str, Any], zone: tzinfo | None) -> Asked:
    """Read the options of how it is written."""
    where = condition_of(chosen["where"], zone)
    by = tuple(dict.fromkeys(chosen["by"])) or (OF_CONDITION if where is not None else ())
    format_ = "json" if chosen["as_json"] else chosen["format_"]
    if format_ in ("csv", "parquet") and not chosen["by"]:
        by = ()
    if by and format_ not in ("text", "json", "csv"):
        raise click.UsageError(f"--by makes a table, as text, json or csv, not as {format_}")
    if format_ == "parquet" and chosen["output"] is None:
        raise click.UsageError("--format parquet needs -o FILE")
    if chosen["follow"] and (by or format_ in ("csv", "parquet")):
        raise click.UsageError("--follow tells a report; --by, csv and parquet are of logs that have ended")
    colour = sys.stdout.isatty() and not chosen["no_color"] and not os.environ.get("NO_COLOR")
    return Asked(
        names=names,
        format=format_,
        output=chosen["output"],
        verbose=chosen["verbose"],
        quiet=chosen["quiet"],
        colour=colour and chosen["output"] is None and os.environ.get("TERM") != "dumb",
        by=by,
        where=where,
    )


def options_of(chosen: dict[str, Any], asked: Asked, zone: tzinfo | None) -> LogsOptions:
    """Read the options of the scan."""
    from why502.diagnosis.scanning import LogsOptions

    now = datetime.now(UTC)
    since, until = (moment_of(chosen[name], f"--{name}", zone, now) for name in ("since", "until"))
    if since is not None and until is not None and until < since:
        raise click.UsageError("--until lies before --since")
    return LogsOptions(
        log_format=chosen["log_format"],
        zone=zone,
        since=since,
        until=until,
        threads=chosen["threads"],
        cells=needs_cells(asked),
        cluster=cluster_of(chosen),
        engine=chosen["engine"],
    )


def cluster_of(chosen: dict[str, Any]) -> Cluster | None:
    """Read `--cluster`; a refused address is one line."""
    if chosen["cluster"] is None:
        if any(chosen[name] is not None for name in ("tls_ca_file", "tls_cert", "tls_key")):
            raise click.UsageError("--tls-ca-file, --tls-cert and --tls-key are of --cluster")
        return None
    if chosen["follow"]:
        raise click.UsageError("--follow is not for a cluster")
    from why502.scan.scheduler import Cluster, checked

    address = checked(chosen["cluster"])
    return Cluster(address=address, ca_file=chosen["tls_ca_file"], cert=chosen["tls_cert"], key=chosen["tls_key"])


def needs_cells(asked: Asked) -> bool:
    """Tell whether what was merely served is needed by minute, upstream and route."""
    if asked.format in ("csv", "parquet") and not asked.by:
        return True
    if not asked.by:
        return False
    from why502.logs.questions import is_exact

    return CLIENT not in asked.by and not is_exact(dimensions(asked))


def condition_of(text: str | None, zone: tzinfo | None) -> Condition | None:
    """Read `--where`."""
    if text is None:
        return None
    from why502.logs.questions import condition

    try:
        return condition(text, zone or local())
    except ValueError as wrong:
        raise click.UsageError(f"--where: {wrong}") from None


def zone_of(name: str | None) -> tzinfo | None:
    """Read `--tz`."""
    if name is None:
        return None
    from why502.vantage.blocks.zone import named_zone

    try:
        return named_zone(name)
    except LookupError:
        raise click.UsageError(f"--tz {name!r}: not a zone such as Europe/Berlin or UTC") from None


def local() -> tzinfo:
    """Return this host's zone."""
    from why502.vantage.blocks.zone import local_zone

    return local_zone()


def moment_of(written: str | None, option: str, zone: tzinfo | None, now: datetime) -> int | None:
    """Read a span back from now (15m, 2h, 1d) or a time, local where it has no zone, as seconds since 1970."""
    if written is None:
        return None
    span = SPAN.fullmatch(written)
    if span is not None:
        return int(now.timestamp()) - int(span[1]) * UNITS[span[2] or "s"]
    try:
        at = datetime.fromisoformat(written)
        return int((at if at.tzinfo else at.replace(tzinfo=zone or local())).timestamp())
    except (ValueError, OverflowError):
        raise click.UsageError(
            f"{option} {written!r}: neither a span such as 15m nor a time such as 2026-11-20T14:00"
        ) from None


def check_writable(asked: Asked) -> None:
    """Complain about a file that cannot be written before time is spent on what it is for."""
    path = asked.output
    if path is None:
        return
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise click.UsageError(f"-o {path}: no such directory")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise click.UsageError(f"-o {path}: not writable")
