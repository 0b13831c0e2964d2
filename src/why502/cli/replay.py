"""`why502 replay BUNDLE`: diagnose again, elsewhere and later, from recorded evidence."""

from __future__ import annotations

from typing import Any

import click

from why502.cli.options import printing_options


@click.command()
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False))
@printing_options
def command(bundle: str, **chosen: Any) -> int:
    """Diagnose again from the evidence in BUNDLE, which `--save` wrote."""
    from why502.api import BundleError, replay
    from why502.cli.diagnose import printing_of, show, status_of

    try:
        report = replay(bundle)
    except BundleError as wrong:
        raise click.UsageError(f"{bundle}: {wrong}" if bundle not in str(wrong) else str(wrong)) from None
    show([report], printing_of(chosen))
    return status_of(report)
