"""`why502 logs -f`: a line that is kept up to date and a line for each incident as it begins; the report at the end."""

from __future__ import annotations

import os
import sys
import time
from threading import Event
from typing import TYPE_CHECKING

import click

from why502.cli.answering import Asked, put, rendered, status_of
from why502.cli.ending import ended_by_signals
from why502.cli.progress import columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from why502.diagnosis.growing import Growing
    from why502.diagnosis.scanning import LogsOptions
    from why502.logs.incidents import Episode

EVERY = 2.0
"""Seconds between two looks at what is known."""


class Ticking(Event):
    """An event that does something each time somebody waits for it."""

    def __init__(self, tick: Callable[[], None]) -> None:
        """Begin unset."""
        super().__init__()
        self._tick = tick

    def wait(self, timeout: float | None = None) -> bool:
        """Do it, then wait."""
        self._tick()
        return super().wait(timeout)


class Live:
    """What is shown while logs are followed, on standard error."""

    def __init__(self, growing: Growing, asked: Asked) -> None:
        """Show nothing yet."""
        self._growing, self._asked = growing, asked
        self._told: list[tuple[str, int, int]] = []
        self._last = time.monotonic()
        self._changed = False
        self.turning = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not asked.quiet

    def changed(self) -> None:
        """Something came; it is shown in time."""
        self._changed = True
        if time.monotonic() - self._last >= EVERY:
            self.tick()

    def tick(self) -> None:
        """Show what is new."""
        if not self._changed or time.monotonic() - self._last < EVERY / 4:
            return
        from why502.report.visible import visible

        outcome = self._growing.outcome()
        self._changed, self._last = False, time.monotonic()
        for episode in outcome.incidents.episodes:
            if not self._is_known(episode):
                self.clear()
                click.echo(f"incident: {visible(_line(episode))}", err=True)
        if self.turning:
            told = (
                f"{outcome.requests:,} requests, {outcome.failed:,} failed, {len(outcome.incidents.episodes)} incidents"
            )
            sys.stderr.write(f"\r\x1b[K{told[: columns() - 1]}")
            sys.stderr.flush()

    def _is_known(self, episode: Episode) -> bool:
        name = episode.failure.value
        for number, (other, start, end) in enumerate(self._told):
            if other == name and start - 300 <= episode.end and episode.start <= end + 300:
                self._told[number] = (other, min(start, episode.start), max(end, episode.end))
                return True
        self._told.append((name, episode.start, episode.end))
        return False

    def clear(self) -> None:
        """Take the line back."""
        if self.turning:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _line(episode: Episode) -> str:
    from why502.report.logs.words import at, hurt

    return f"{at(episode.start):%Y-%m-%d %H:%M} UTC, {episode.changed}; {hurt(episode)}"


def follow(asked: Asked, options: LogsOptions) -> int:
    """Follow until a signal or until nothing more can come; then write the report."""
    from why502.diagnosis.growing import Growing
    from why502.report.logs.assemble import assemble

    growing = Growing(asked.names, options)
    live = Live(growing, asked)
    stop = Ticking(live.tick)
    with ended_by_signals(stop.set) as ending:
        for piece in growing.following.until(stop):
            growing.add(piece)
            live.changed()
        live.clear()
        report = assemble(growing.outcome(ended=True))
        put(asked, rendered(asked, report))
    return 128 + ending.number if ending.number else status_of(report)
