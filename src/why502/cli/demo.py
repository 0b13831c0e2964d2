"""`why502 demo`: break a real gateway on loopback and diagnose it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from why502.demo.fault import Fault
    from why502.demo.stand import Stand
    from why502.report.model import Report

FIRST = "dead-application"
CANNOT = 3


@click.command()
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="List the faults to choose from.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Tell all evidence, and what was excluded.")
@click.option("--keep", is_flag=True, help="Leave it broken and running until Ctrl-C, to look at it yourself.")
def command(name: str | None, listing: bool, as_json: bool, verbose: bool, keep: bool) -> int:
    """Break a real gateway on loopback and diagnose it.

    A real nginx and a real application are started on free ports of 127.0.0.1, without root, broken by the
    fault NAME, diagnosed, and removed again. Exit status: 0 if the fault was found out, 3 if not.
    """
    from why502.demo.stand import ImpossibleError, Stand

    faults = {fault.name: fault for fault in all_faults()}
    if listing:
        return show(list(faults.values()))
    fault = faults.get(name or FIRST)
    if fault is None:
        raise click.UsageError(f"there is no fault {name!r}: `why502 demo --list` names them")
    with interrupted_by_signals(), Stand() as stand:
        try:
            found = play(fault, stand, as_json=as_json, verbose=verbose)
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
    """Print the list."""
    width = max(len(fault.name) for fault in faults)
    for fault in faults:
        click.echo(f"{fault.name:{width}}  {fault.title}")
    return 0


def play(fault: "Fault", stand: "Stand", *, as_json: bool, verbose: bool) -> bool:
    """Break the stand, diagnose it, print the report; tell whether the fault was found out."""
    from why502.cli.diagnose import examine, printing_of, show
    from why502.diagnosis.options import Options

    chosen = {"as_json": as_json, "verbose": verbose, "format_": "text"}
    printing = printing_of({**chosen, "output": None, "save": None, "quiet": False, "no_color": False})
    url = fault.play(stand)
    click.echo(f"Broken on purpose: {fault.story}\n\n$ why502 {url}", err=True)
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
