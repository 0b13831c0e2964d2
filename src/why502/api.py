"""What a library user imports: `why502.diagnose(url)`."""

import asyncio
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from why502.diagnosis.diagnose import diagnose as run
from why502.diagnosis.diagnose import surveying
from why502.diagnosis.host import Discovered, diagnose_host, discover
from why502.diagnosis.options import Options, TargetError
from why502.diagnosis.outcome import Outcome
from why502.diagnosis.scanning import LogsOptions
from why502.diagnosis.scanning import run as run_logs
from why502.diagnosis.target import authorization, parse_target
from why502.observations.codec import from_plain, to_plain
from why502.report.assemble import assemble
from why502.report.cleaning import cleaned
from why502.report.logs.assemble import assemble as assemble_logs
from why502.report.logs.model import LogsReport
from why502.report.model import Report
from why502.vantage.base import Vantage
from why502.vantage.blocks.contract import InputError
from why502.vantage.blocks.zone import local_zone
from why502.vantage.local import Local
from why502.vantage.recorded import BundleError
from why502.vantage.recording import Recording

__all__ = [
    "BundleError",
    "Discovered",
    "InputError",
    "LogsReport",
    "Options",
    "Report",
    "TargetError",
    "adiagnose",
    "ahere",
    "areplay",
    "diagnose",
    "gateways",
    "here",
    "replay",
    "scan_logs",
]


async def adiagnose(
    target: str,
    options: Options | None = None,
    *,
    vantage: Vantage | None = None,
    bundle: str | Path | None = None,
    stop: asyncio.Event | None = None,
) -> Report:
    """Diagnose a URL, a host or host:port, by default from this host; with `bundle` the evidence is kept there.

    When `stop` is set, the report is made of what is known by then.

    Raises TargetError where the target cannot be understood, OSError where the bundle cannot be written.
    """
    parsed, chosen = parse_target(target), _authorized(options or Options(), target)
    recording = Recording(vantage if vantage is not None else Local(), keep=bundle is not None)
    outcome = await run(recording, parsed, chosen, stop=stop)
    if bundle is not None:
        _save(bundle, recording, outcome.started, target, chosen)
    return _report(outcome, recording)


def diagnose(target: str, options: Options | None = None, *, bundle: str | Path | None = None) -> Report:
    """Diagnose, and wait for the report; see `adiagnose`."""
    return asyncio.run(adiagnose(target, options, bundle=bundle))


async def ahere(options: Options | None = None, *, stop: asyncio.Event | None = None) -> tuple[tuple[Report, ...], int]:
    """Diagnose every route of every gateway on this host; returns the reports, and how many routes were left out."""
    recording = Recording(Local(), keep=False)
    found = await diagnose_host(recording, options or Options(), stop)
    return tuple(_report(each, recording) for each in found.outcomes), found.left_out


def here(options: Options | None = None) -> tuple[tuple[Report, ...], int]:
    """Diagnose the whole host, and wait for the reports; see `ahere`."""
    return asyncio.run(ahere(options))


def gateways(options: Options | None = None) -> tuple[Discovered, ...]:
    """Return every gateway found on this host, with its routes."""

    async def found() -> tuple[Discovered, ...]:
        return await discover(await surveying(Recording(Local(), keep=False), options or Options()))

    return asyncio.run(found())


async def areplay(bundle: str | Path) -> Report:
    """Diagnose again from a bundle, without looking at anything else.

    Raises BundleError for a file that is no bundle.
    """
    from why502.vantage.bundle import read
    from why502.vantage.replay import Replay

    kept = read(bundle)
    try:
        options = from_plain(Options, kept.header.options)
        target = parse_target(str(kept.header.target))
    except ValueError as error:
        raise BundleError(f"{bundle}: its header cannot be read: {error}") from None
    recording = Recording(Replay(kept), keep=False)
    return _report(await run(recording, target, options), recording)


def replay(bundle: str | Path) -> Report:
    """Diagnose again from a bundle, and wait for the report; see `areplay`."""
    return asyncio.run(areplay(bundle))


def _authorized(options: Options, target: str) -> Options:
    """Send what the target says of a user and a password, unless the user's own headers say it."""
    if any(name.lower() == "authorization" for name, _ in options.headers):
        return options
    return replace(options, headers=(*options.headers, *authorization(target)))


def _report(outcome: Outcome, recording: Recording) -> Report:
    """Make the report. What was read is redacted already; what was asked for (a token in the URL) is here."""
    return cleaned(assemble(outcome), recording.redactor.redact_text)


def _save(bundle: str | Path, recording: Recording, started: datetime, target: str, options: Options) -> None:
    from why502.vantage.bundle import save

    redact = recording.redactor.redact_text
    headers = tuple((name, redact(f"{name}: {value}")[len(name) + 2 :]) for name, value in options.headers)
    data = None if options.data is None else recording.redactor.redact(options.data)
    kept = to_plain(replace(options, headers=headers, data=data))
    save(bundle, recording, started=started, target=parse_target(target).written, options=kept)


def scan_logs(
    *names: str,
    log_format: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    zone: tzinfo | None = None,
    threads: int | None = None,
) -> LogsReport:
    """Tell what failed in logs: files, patterns, directories, `-`, `journal:`, URLs; wait for the report.

    `log_format` is the directive that the logs were written by, tried before what is recognised. `since` and `until`
    are inclusive, to the second. `zone` is that of times which have none, by default this host's, and so are `since`
    and `until` without one. `threads`: one for each core unless given.

    Raises InputError where nothing can be read or the format cannot be used.
    """
    options = LogsOptions(
        log_format=log_format,
        zone=zone,
        since=_seconds(since, zone),
        until=_seconds(until, zone),
        threads=threads,
    )
    return assemble_logs(run_logs(names, options))


def _seconds(at: datetime | None, zone: tzinfo | None) -> int | None:
    if at is None:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=zone or local_zone())).timestamp())
