"""`why502 demo`: break a real gateway on loopback and diagnose it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from why502.cli.options import Printing, printing_options

if TYPE_CHECKING:
    from why502.demo.fault import Fault
    from why502.demo.stand import Stand
    from why502.report.model import Report

FIRST = "dead-application"
CANNOT = 3
GAP = 2
"""Spaces between a name of the list and what it tells."""


@click.command()
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="List the faults to choose from.")
@click.option("--keep", is_flag=True, help="Leave it broken and running until Ctrl-C, to look at it yourself.")
@printing_options
def command(name: str | None, listing: bool, keep: bool, **chosen: Any) -> int:
    """Break a real gateway on loopback and diagnose it.

    A real nginx and a real application are started on free ports of 127.0.0.1, without root, broken by the
    fault NAME, diagnosed, and removed again. Exit status: 0 if the fault was found out, 3 if not.
    """
    from why502.cli.diagnose import check_writable, printing_of
    from why502.demo.stand import ImpossibleError, Stand

    faults = {fault.name: fault for fault in all_faults()}
    if listing:
        return show(list(faults.values()))
    fault = faults.get(name or FIRST)
    if fault is None:
        raise click.UsageError(f"there is no fault {name!r}: `why502 demo --list` names them")
    printing = printing_of(chosen)
    check_writable(printing)
    with interrupted_by_signals(), Stand() as stand:
        try:
            found = play(fault, stand, printing)
        except ImpossibleError as why:
            click.echo(f"why502: {fault.name} cannot be played here: {why}", err=True)
            return CANNOT
        if keep:
            click.echo(f"It stays broken (files: {stand.base}) until Ctrl-C.", err=True)
            signal.pause()
    return 0 if found else CANNOT


def all_faults() -> "Iterator[Fault]":
    """Find every fault, in the order of the names."""
    from why502.demo import faults
    from why502.demo.fault import Fault
    from why502.discover import shelf

    return shelf(faults, Fault)


def show(faults: "list[Fault]") -> int:
    """Print the list, each fault's words beside its name."""
    from why502.cli.diagnose import width

    names = max(len(fault.name) for fault in faults) + GAP
    for fault in faults:
        click.echo(hanging(f"{fault.name:{names}}{fault.title}", width(), names))
    return 0


def hanging(text: str, wide: int, indent: int = 0) -> str:
    """Wrap a text; the lines after its first are indented."""
    from textwrap import fill

    return fill(text, wide, subsequent_indent=" " * indent, break_on_hyphens=False)


def play(fault: "Fault", stand: "Stand", printing: Printing) -> bool:
    """Break the stand, diagnose it, print the report; tell whether the fault was found out."""
    from why502.cli.diagnose import examine, show, width
    from why502.diagnosis.options import Options

    url = fault.play(stand)
    if not printing.quiet:
        story = "\n\n".join(hanging(each, width()) for each in f"Broken on purpose: {fault.story}".split("\n\n"))
        click.echo(f"{story}\n\n$ why502 {url}", err=True)
    report, signalled = examine(url, Options(), printing)
    if signalled:
        raise KeyboardInterrupt
    show([report], printing)
    found = found_out(report, fault)
    if not found:
        click.echo(f"Not found out. It would be {' or '.join(sorted(fault.causes))}.", err=True)
    return found


def found_out(report: "Report", fault: "Fault") -> bool:
    """Tell whether the report's answer is the fault."""
    answer = report.incidents[0].cause if report.incidents else None
    return answer is not None and answer.id in fault.causes


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let a request to end, or a closed terminal, end the demo as Ctrl-C does: in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
