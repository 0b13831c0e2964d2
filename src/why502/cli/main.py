"""The entry: answers `--version` itself, and imports the rest only when it is needed."""

import sys
from collections.abc import Sequence

from why502.cli import INTERRUPTED
from why502.cli.streams import stand_in


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    stand_in()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        from why502 import __version__

        try:
            sys.stdout.write(f"why502 {__version__}\n")
            sys.stdout.flush()
        except OSError as full:
            from why502.cli.running import unwritable

            return unwritable(full)
        return 0
    try:
        from why502.cli.running import run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run(given)
